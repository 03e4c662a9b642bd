import { existsSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import pc from "picocolors";
import { help } from "../command/help.ts";
import { UsageError } from "../command/options.ts";
import type { Terminal } from "../command/terminal.ts";
import { visible } from "../report/octets.ts";
import type { Exchange } from "./exchange.ts";
import { readHar } from "./har.ts";
import { type Judgement, judgeAll } from "./judge.ts";
import { type ExplainOptions, readExplainOptions, requestFrom } from "./options.ts";
import { readPair } from "./pair.ts";
import { type Explanation, explain } from "./steps.ts";

/**
 * Explains a request, or says whether recorded answers were right. The exit status is 1 if an answer was wrong.
 *
 * @throws {UsageError}
 */
export async function explainCommand(args: readonly string[], terminal: Terminal): Promise<0 | 1> {
  const options = readExplainOptions(args);
  if (options === "help") {
    terminal.stdout.write(help);
    return 0;
  }
  const [first = ""] = options.words;
  // A whole request may be one argument, if the shell's user quoted it.
  if (first.includes("\n")) return explainRecorded(first, options, terminal);
  const isFile = first === "-" || existsSync(first) || (/[./]/.test(first) && !/\s/.test(first));
  if (!isFile) return explainRequest(options, terminal);
  return explainRecorded(await contentOf(first, terminal), options, terminal);
}

function explainRequest({ words, current = {} }: ExplainOptions, { stdout }: Terminal): 0 {
  const request = requestFrom(words);
  stdout.write(`${spelt(request)}\n\n${walk(explain(request, current))}\n`);
  return 0;
}

function explainRecorded(content: string, { words, current }: ExplainOptions, terminal: Terminal): 0 | 1 {
  const exchanges = readHar(content) ?? pairIn(content);
  const [alone] = exchanges;
  if (exchanges.length === 1 && alone?.response === undefined && current !== undefined) {
    terminal.stdout.write(`${spelt(alone!.request)}\n\n${walk(explain(alone!.request, current))}\n`);
    return 0;
  }
  const judgements = judgeAll(exchanges, current).filter(isConditional);
  if (judgements.length === 0)
    throw new UsageError(`${nameOf(words[0])} has no request with conditions, and no 304 or 412`);
  const isSingle = exchanges.length === 1;
  for (const judgement of judgements) terminal.stdout.write(`${told(judgement, isSingle)}\n`);
  const wrong = judgements.filter(({ verdict }) => verdict === "wrong").length;
  const unknown = judgements.filter(({ verdict }) => verdict === "unknown").length;
  const right = judgements.length - wrong - unknown;
  if (!isSingle)
    terminal.stdout.write(
      `\n${judgements.length} answers: ${right} right, ${wrong} wrong, ${unknown} unknown.\n`,
    );
  return wrong > 0 ? 1 : 0;
}

const nameOf = (word = "-") => (word === "-" || word.includes("\n") ? "That" : word);

function pairIn(content: string): Exchange[] {
  const pair = readPair(content);
  if (pair === undefined)
    throw new UsageError("That is neither a HAR nor a request: begin with a line as in GET /page HTTP/1.1");
  return [pair];
}

async function contentOf(name: string, { stdin }: Terminal): Promise<string> {
  if (name === "-") return text(stdin);
  try {
    return readFileSync(name, "utf8");
  } catch {
    throw new UsageError(`${name} cannot be read`);
  }
}

const conditions = /^(if-(match|none-match|modified-since|unmodified-since|range)|range)$/i;

const isConditional = ({ exchange: { request, response } }: Judgement) =>
  request.headers.some(([name]) => conditions.test(name)) ||
  response === undefined ||
  [304, 412, 206].includes(response.status);

function told(judgement: Judgement, isSingle: boolean): string {
  const { exchange, verdict, reasons, explanation } = judgement;
  const { request, response } = exchange;
  const marks = { right: pc.green("right  "), wrong: pc.red("wrong  "), unknown: pc.yellow("unknown") };
  const line =
    `${marks[verdict]} ${request.method} ${visible(request.url)} ${response?.status ?? ""}`.trimEnd();
  if (verdict === "right" && !isSingle) return line;
  const isAsked = response === undefined && explanation === undefined;
  const walked = explanation === undefined ? [] : walk(explanation).split("\n");
  const lines = isAsked
    ? [...spelt(request).split("\n"), "", ...reasons]
    : walked.length === 0
      ? [...spelt(request).split("\n"), "", ...reasons]
      : [...spelt(request).split("\n"), "", ...walked, "", ...reasons];
  return [line, ...lines.map((each) => (each === "" ? "" : `  ${each}`))].join("\n");
}

function walk({ steps, answer }: Explanation): string {
  return [...steps.map(visible), pc.bold(answer)].join("\n");
}

function spelt({ method, url, headers }: Exchange["request"]): string {
  const lines = headers.filter(([name]) => conditions.test(name)).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${url}`, ...lines].map(visible).join("\n");
}
