import type { ServerResponse } from "node:http";
import type { Random } from "./random.ts";

/** One thing that a handler does with its response. */
type Step = (res: ServerResponse) => unknown;

/** What a handler does, in words and as code. */
export interface Program {
  readonly name: string;
  run(res: ServerResponse): Promise<string[]>;
}

const later = () => new Promise((resolve) => setImmediate(resolve));

/** A random sequence of what a handler may do. Its last step ends the answer. `isOld`: no list of fields is understood. */
export function programOf(random: Random, isOld: boolean): Program {
  const chunks = Array.from({ length: random.below(4) }, () => "x".repeat(1 + random.below(3_000)));
  const steps: [string, Step][] = [];
  const add = (name: string, step: Step) => steps.push([name, step]);
  const status = random.pick([200, 200, 200, 200, 201, 204, 206, 301, 304, 404, 500]);
  const hasLength = chunks.length > 0 && status !== 204 && status !== 304 && random.chance(0.3);
  const fields: Record<string, string> = { "Content-Type": random.pick(["text/plain", "image/png"]) };
  if (random.chance(0.5)) fields.ETag = random.pick(['"v1"', 'W/"v1"', "unquoted"]);
  if (random.chance(0.2)) fields["Last-Modified"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (hasLength) fields["Content-Length"] = String(chunks.join("").length);

  const isExplicit = random.chance(0.4);
  if (isExplicit) {
    const list = random.pick<unknown>([fields, isOld ? fields : Object.entries(fields).flat()]);
    const phrase = random.pick([undefined, "Fine", ""]);
    if (random.chance(0.2)) add("setHeader first", (res) => res.setHeader("X-First", "yes"));
    const given = phrase === undefined ? [list] : [phrase, list];
    add(`writeHead ${status} ${phrase}`, (res) => res.writeHead(status, ...(given as [never])));
  } else {
    add(`status ${status} ${JSON.stringify(fields)}`, (res) => {
      res.statusCode = status;
      for (const [name, value] of Object.entries(fields)) res.setHeader(name, value);
    });
  }
  const mischief: [string, Step][] = [
    ["a late setHeader", (res) => res.setHeader("X-Late", "yes")],
    ["a late removeHeader", (res) => res.removeHeader("X-Late")],
    ["a late status", (res) => Object.assign(res, { statusCode: 202 })],
    ["a second writeHead", (res) => res.writeHead(203)],
    ["write(null)", (res) => res.write(null)],
    ["flushHeaders", (res) => res.flushHeaders()],
    ["a turn", later],
    ["cork", (res) => res.cork()],
  ];
  const maybe = () => {
    if (random.chance(0.25)) steps.push(random.pick(mischief.slice(isExplicit || steps.length > 1 ? 0 : 4)));
  };
  maybe();
  const endsWithLast = random.chance(0.5);
  for (const [index, chunk] of chunks.entries()) {
    if (endsWithLast && index === chunks.length - 1) break;
    if (random.chance(0.3)) add("write, awaited", (res) => new Promise((done) => res.write(chunk, done)));
    else add("write", (res) => res.write(chunk));
    maybe();
  }
  add("end", (res) => (endsWithLast ? res.end(chunks.at(-1)) : res.end()));
  return { name: steps.map(([name]) => name).join("; "), run: (res) => run(steps, res) };
}

/** What a handler sees of each step: the code of an error, and whether its head is said to be sent. */
async function run(steps: readonly [string, Step][], res: ServerResponse): Promise<string[]> {
  const seen: string[] = [];
  for (const [name, step] of steps) {
    let outcome = "ok";
    try {
      const result = step(res);
      if (result instanceof Promise) await result;
    } catch (error) {
      outcome = (error as { code?: string }).code ?? String(error);
    }
    seen.push(`${name}: ${outcome}, ${res.headersSent}`);
  }
  return seen;
}
