import { once } from "node:events";
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { conditional } from "@entity-tag/node";
import { comparableFields, contentInBrief } from "./comparable-fields.ts";
import { type Program, programOf } from "./node-programs.ts";
import { type Layer, type Stack, stackOf } from "./node-stacks.ts";
import { inTime, randomOf } from "./random.ts";

type Fields = Record<string, string>;

/**
 * How long to wait, because some handlers never end by themselves. It is long enough for the others on a busy machine.
 */
const SHORT_MS = 1_000;
const LONG_MS = 10_000;

/** The answer on one stream, the code with which it ended, and the events that its handler saw. */
interface Seen {
  interim: number[];
  status: number;
  fields: IncomingHttpHeaders;
  body: Buffer;
  trailers: IncomingHttpHeaders;
  code: number;
  steps: string[];
}

/** Runs the same handlers and stacks over HTTP/2. Some clients leave at once, and the session must stay usable. */
export async function checkHttp2Case(seed: number): Promise<void> {
  const random = randomOf(seed ^ 0x2_0000);
  const stack = stackOf(random, true);
  const method = random.pick(["GET", "GET", "HEAD", "POST"]);
  const program = programOf(random, { ...stack, isHttp2: true, method });
  const [name, wanted] = random.pick([
    [undefined, undefined],
    ["if-none-match", 304],
    ["if-match", 412],
  ] as const);
  const fields: Fields = {
    ":method": method,
    "accept-encoding": random.pick(["gzip", "identity"]),
    ...(name && { [name]: name === "if-match" ? '"other"' : "*" }),
  };
  const what = `seed ${seed}, HTTP/2: ${JSON.stringify(fields)}, [${stack.name}]\n${program.name}`;
  const bare = await askApp(program, stack, [], fields, SHORT_MS).catch(() => undefined);
  const isWhole = bare?.code === constants.NGHTTP2_NO_ERROR;
  const ours = await askApp(
    program,
    stack,
    [conditional() as Layer],
    fields,
    isWhole ? LONG_MS : SHORT_MS,
  ).catch((error) => {
    // Some handlers break a stream by themselves. Then the test only demands that the server still runs.
    if (!isWhole) return undefined;
    throw new Error(`${error.message}\n${what}`);
  });
  if (!isWhole || ours === undefined || !isAsWritten(bare.body)) return;
  // Node resets the stream of a handler that writes after its end, unless everything has been sent by then.
  if (program.name.endsWith("write after end")) return;
  const isJudged = method !== "POST" && [200, 201, 203, 206].includes(bare.status);
  // Node fails a write in an answer to HEAD. With us the write succeeds while the head waits for content for a tag.
  if (method === "HEAD") for (const seen of [bare, ours]) seen.steps = seen.steps.map(withoutOutcomeOfWrite);
  const complaint = isJudged && wanted !== undefined ? replaced(ours, wanted) : same(bare, ours);
  if (complaint !== undefined) throw new Error(`${complaint}\n${what}`);
}

/**
 * Node sometimes sends other bytes than the bare handler wrote, if another stream of the session was cancelled. Such a
 * case says nothing about this package. Programs write only these letters.
 */
function isAsWritten(body: Buffer): boolean {
  return /^[xymore]*$/.test(body.toString("latin1"));
}

async function askApp(
  program: Program,
  stack: Stack,
  own: Layer[],
  fields: Fields,
  limit: number,
): Promise<Seen> {
  let ran: Promise<string[]> | undefined;
  const handle: Layer = (_, res) => {
    const run = program.run(res);
    // The first stream belongs to the client that leaves.
    if (res.req.headers["x-leaves"] === undefined) ran = run;
  };
  const app = stack.frame([...stack.outer, ...own, ...stack.inner, handle]);
  const server = createServer((req, res) => {
    if (req.url === "/next") res.end("next");
    else app(req as never, res as never);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on("error", () => {});
  try {
    const left = session.request({ ...fields, ":path": "/", "x-leaves": "yes" }).on("error", () => {});
    const answer = ask(session, { ...fields, ":path": "/" }, limit);
    left.close(constants.NGHTTP2_CANCEL);
    const seen = await answer;
    const next = await ask(session, { ":path": "/next" }, limit);
    if (next.body.toString() !== "next")
      throw new Error("the next request on the session got a wrong answer");
    return { ...seen, steps: await inTime(ran ?? Promise.resolve([]), limit) };
  } finally {
    session.destroy();
    server.close();
  }
}

async function ask(session: ClientHttp2Session, fields: Fields, limit: number): Promise<Omit<Seen, "steps">> {
  const stream = session.request(fields);
  const interim: number[] = [];
  let [head, trailers]: IncomingHttpHeaders[] = [{}, {}];
  const chunks: Buffer[] = [];
  stream.on("headers", (given) => interim.push(Number(given[":status"])));
  stream.on("response", (given) => {
    head = given;
  });
  stream.on("trailers", (given) => {
    trailers = given;
  });
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("error", () => {});
  await inTime(new Promise((closed) => stream.on("close", closed)), limit);
  const whole = Buffer.concat(chunks);
  const isCoded = head!["content-encoding"] === "gzip" && whole.length > 0;
  const body = isCoded ? gunzipSync(whole) : whole;
  const status = Number(head![":status"] ?? 0);
  return { interim, status, fields: head!, body, trailers: trailers!, code: stream.rstCode };
}

function replaced({ status, body, code, fields }: Seen, wanted: number): string | undefined {
  if (status !== wanted || code !== constants.NGHTTP2_NO_ERROR)
    return `${status}, code ${code}, instead of ${wanted}`;
  if (wanted === 304) return body.length === 0 ? undefined : "a 304 has content";
  if (body.length === 0) return undefined;
  if (Number(fields["content-length"]) !== body.length) return "a wrong length";
  return JSON.parse(body.toString()).status === wanted ? undefined : "another problem";
}

function withoutOutcomeOfWrite(step: string): string {
  return step.replace(/^(write\b[^:]*): [^,]+/, "$1");
}

function same(bare: Seen, ours: Seen): string | undefined {
  const [left, right] = [plain(bare), plain(ours)];
  return left === right ? undefined : `differs\nwithout: ${left}\nwith:    ${right}`;
}

function plain({ fields, interim, status, body, trailers, code, steps }: Seen): string {
  const lines = Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]);
  const comparable = comparableFields(lines, status);
  return JSON.stringify([interim, status, comparable, contentInBrief(body), trailers, code, steps]);
}
