import type { ServerResponse } from "node:http";
import { type Ending, endings, mischief, type NamedStep, writes } from "./node-steps.ts";
import type { Random } from "./random.ts";

/** The steps of a handler, in words and as code. */
export interface Program {
  readonly name: string;
  run(res: ServerResponse): Promise<string[]>;
}

/** The surroundings of a program, which limit what it may do. */
export interface Circumstances {
  /** Whether a layer reads a flat list of fields wrongly. */
  readonly isOld: boolean;
  /** Whether a layer reads the arguments of `writeHead`. */
  readonly hasLayers: boolean;
  readonly isHttp2: boolean;
  readonly method: string;
}

/** A random sequence of steps of a handler. The last step ends the answer. */
export function programOf(random: Random, { isOld, hasLayers, isHttp2, method }: Circumstances): Program {
  const chunks = Array.from({ length: random.below(4) }, () => "x".repeat(1 + random.below(3_000)));
  const status = random.pick([200, 200, 200, 200, 201, 204, 206, 301, 304, 404, 500]);
  const hasLength = chunks.length > 0 && status !== 204 && status !== 304 && random.chance(0.3);
  const fields: Record<string, string> = { "Content-Type": random.pick(["text/plain", "image/png"]) };
  if (random.chance(0.5)) fields.ETag = random.pick(['"v1"', 'W/"v1"', "unquoted"]);
  if (random.chance(0.2)) fields["Last-Modified"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (hasLength) fields["Content-Length"] = String(chunks.join("").length);
  // Node refuses to announce trailers of an answer without content.
  else if (method !== "HEAD" && status !== 204 && status !== 304 && random.chance(0.1))
    fields.Trailer = "X-Trailer";

  const isExplicit = random.chance(0.4);
  const steps = isExplicit ? givenHead(random, status, fields, isOld) : [setHead(status, fields)];
  const fitting = mischief.filter(([, , when]) => !(when === "alone" && (hasLayers || isHttp2)));
  const harmless = fitting.filter(([, , when]) => when !== "after");
  const maybe = () => {
    if (!random.chance(0.3)) return;
    const [name, step] = random.pick(isExplicit || steps.length > 1 ? fitting : harmless);
    steps.push([name, step]);
  };
  maybe();
  const endsWithLast = random.chance(0.5) && chunks.length > 0;
  for (const chunk of endsWithLast ? chunks.slice(0, -1) : chunks) {
    const [name, write] = random.pick(writes.filter(([, , http1]) => !(http1 && isHttp2)));
    steps.push([name, (res) => write(res, chunk)]);
    maybe();
  }
  const [endName, end] = random.pick<Ending>(
    endings.filter(
      ([, , where]) => !(where === "no layers" && hasLayers) && !(where === "HTTP/1" && isHttp2),
    ),
  );
  steps.push([endName, (res) => end(res, endsWithLast ? chunks.at(-1) : undefined)]);
  return { name: steps.map(([name]) => name).join("; "), run: (res) => run(steps, res) };
}

function setHead(status: number, fields: Record<string, string>): NamedStep {
  return [
    `status ${status} ${JSON.stringify(fields)}`,
    (res) => {
      res.statusCode = status;
      for (const [name, value] of Object.entries(fields)) res.setHeader(name, value);
    },
  ];
}

/** A call of `writeHead` in one of its forms. Sometimes an invalid call comes before it. */
function givenHead(
  random: Random,
  status: number,
  fields: Record<string, string>,
  isOld: boolean,
): NamedStep[] {
  const steps: NamedStep[] = [];
  const list = random.pick<unknown>([fields, isOld ? fields : Object.entries(fields).flat()]);
  const phrase = random.pick([undefined, "Fine", ""]);
  if (random.chance(0.2)) steps.push(["setHeader first", (res) => res.setHeader("X-First", "yes")]);
  const given = phrase === undefined ? [list] : [phrase, list];
  steps.push([
    `writeHead ${status} ${phrase} ${JSON.stringify(list)}`,
    (res) => res.writeHead(status, ...(given as [never])),
  ]);
  return steps;
}

/** The effects of each step that a handler sees: the code of an error, and `headersSent`. */
async function run(steps: readonly NamedStep[], res: ServerResponse): Promise<string[]> {
  const seen: string[] = [];
  const events: string[] = [];
  for (const event of ["finish", "close"]) res.on(event, () => events.push(event));
  res.setMaxListeners(0).on("error", (error: { code?: string }) => events.push(String(error.code)));
  for (const [name, step] of steps) {
    let outcome: unknown;
    try {
      outcome = step(res);
      if (outcome instanceof Promise) outcome = await outcome;
    } catch (error) {
      outcome = codeOf(error);
    }
    const state = [res.headersSent, res.writableEnded, res.headersSent || res.statusCode];
    seen.push(`${name.split(" ", 2).join(" ")}: ${typeof outcome === "object" ? "ok" : outcome}, ${state}`);
  }
  if (!res.headersSent && !res.writableEnded && !res.destroyed) sendErrorPage(res);
  await Promise.race([
    new Promise((closed) => (events.includes("close") ? closed(0) : res.once("close", closed))),
    new Promise((late) => setTimeout(late, 5_000).unref()),
  ]);
  return [...seen, `${events}, ${res.writableFinished}`];
}

/** Handles an error of a handler as a framework does. */
function sendErrorPage(res: ServerResponse): void {
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  res.statusCode = 500;
  res.statusMessage = "Error";
  res.end("the error page");
}

function codeOf(error: unknown): string {
  return (error as { code?: string }).code ?? (error as Error).constructor.name;
}
