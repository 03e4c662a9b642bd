import { METHODS } from "node:http";
import { evaluate } from "@entity-tag/core";
import { bagCompetitors, headersCompetitors } from "../contenders/competitors.ts";
import type { Case, Contender } from "../contenders/contender.ts";
import { type Question, questions } from "../contenders/inputs.ts";
import { runtime } from "../measure/runtime.ts";
import { measureAll, type Suite } from "../measure/suite.ts";

/** Fields as node:http gives them. The text of a method is always the one in its list, and never a copy. */
export const onBag: Contender<Question, boolean> = {
  name: "evaluate",
  role: "ours",
  prepare: ({ method, fields, state }) => ({
    request: {
      method: METHODS.find((known) => known === method) ?? method,
      headers: { get: (name: string) => fields[name] },
    },
    state,
  }),
  run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
};

export const onHeaders: Contender<Question, boolean> = {
  name: "evaluate",
  role: "ours",
  prepare: ({ method, fields, state }) => ({ request: { method, headers: new Headers(fields) }, state }),
  run: ({ request, state }) => evaluate(request, state).outcome === "not-modified",
};

/** Reads the fields that `evaluate` would read, and decides nothing. */
export const floor: Contender<Question, boolean> = {
  name: "its reads alone",
  role: "floor",
  prepare(question) {
    const { request } = onBag.prepare(question);
    return { read: readerOf(fieldsThatAreRead(question)), headers: request.headers };
  },
  run: ({ read, headers }) => read(headers),
};

/** The same for a question that dates decide: it also reads every character of the dates. */
const floorOfDates: Contender<Question, boolean> = {
  name: "its reads and its dates' characters",
  role: "floor",
  prepare: (question) =>
    question.isNotModified && question.fields["if-none-match"] === undefined
      ? onBag.prepare(question).request
      : undefined,
  run({ headers }) {
    let sum = Number(headers.get("if-match") == null);
    sum += look(headers.get("if-unmodified-since"));
    sum += Number(headers.get("if-none-match") == null);
    return sum + look(headers.get("if-modified-since")) > 0;
  },
};

function look(text: string | undefined): number {
  let sum = 0;
  if (text !== undefined) for (let i = 0; i < text.length; i++) sum += text.charCodeAt(i);
  return sum;
}

function fieldsThatAreRead({ fields, isNotModified }: Question): string[] {
  const names = ["if-match", "if-unmodified-since", "if-none-match"];
  if (fields["if-none-match"] === undefined) names.push("if-modified-since");
  return isNotModified ? names : [...names, "range"];
}

/** Written out, as in `evaluate`: a loop over names would cost more than the reads. */
function readerOf(names: readonly string[]): (headers: { get(name: string): unknown }) => boolean {
  const reads = names.map((name) => `headers.get(${JSON.stringify(name)}) == null`);
  return new Function("headers", `return ${reads.join(" & ")};`) as ReturnType<typeof readerOf>;
}

/**
 * Looks for a condition in a request of node:http that has no condition, as a server does for most requests. The
 * state is unknown, so no field must be set. `undefined` on other runtimes.
 */
export async function onNode() {
  if (runtime !== "node") return undefined;
  const { checkPreconditions } = await import("@entity-tag/node");
  const { exchange } = await import("../servers/wire.ts");
  const { req, res } = await exchange(REQUEST);
  const looking: Contender<Question, boolean> = {
    name: "checkPreconditions of node",
    role: "ours",
    // Both states are made beforehand, so that making one is not measured.
    prepare: () => ({ req, res, current: {} }),
    run: ({ req, res, current }) => checkPreconditions(req, res, current),
  };
  const [{ prepare, run, ...fresh }] = bagCompetitors as [(typeof bagCompetitors)[number]];
  const peer: Contender<Question, boolean> = {
    ...fresh,
    prepare: (question) => ({ req, response: prepare(question).response }),
    run: ({ req, response }) => run({ request: req.headers, response }),
  };
  return {
    contenders: [looking, peer],
    cases: about("Node request").filter(({ name }) => name === "Node request: unconditional"),
  };
}

/** As a browser asks for the first time. */
const REQUEST = [
  "GET /page HTTP/1.1",
  "Host: localhost",
  "Connection: keep-alive",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "Accept-Encoding: gzip, deflate, br, zstd",
  "Accept-Language: en-US,en;q=0.9",
].join("\r\n");

export const suite: Suite = {
  about: "May the client keep what it has? Five conditions in the standard's order; the others know two.",
  async run(scope) {
    // One after the other: a server has one kind of request, so the engine need not distinguish two.
    const bag = await measureAll(about("plain bag"), [onBag, ...bagCompetitors, floor, floorOfDates], scope);
    const headers = await measureAll(about("Headers"), [onHeaders, ...headersCompetitors], scope);
    const node = await onNode();
    const looking = node ? await measureAll(node.cases, node.contenders, scope) : [];
    return { cases: [...bag, ...headers, ...looking], plots: [], skipped: [] };
  },
};

function about(shape: "plain bag" | "Headers" | "Node request"): Case<Question, boolean>[] {
  return questions.map((question) => ({ ...question, name: `${shape}: ${question.name}` }));
}
