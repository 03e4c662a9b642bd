import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { conditional } from "@entity-tag/node";
import { type Answer, type Connection, connect } from "../adapters/node/wire.ts";
import { comparableFields, contentInBrief } from "./comparable-fields.ts";
import { checkHttp2Case } from "./node-http2.ts";
import { type Program, programOf } from "./node-programs.ts";
import { files, type Layer, type Stack, stackOf } from "./node-stacks.ts";
import { inTime, randomOf } from "./random.ts";

/** The request of a case, and the answer to it if the bare handler sends a 2xx with a representation. */
const questions = [
  { lines: [], status: undefined },
  { lines: [["If-None-Match", "*"]], status: 304 },
  { lines: [["If-Match", '"other"']], status: 412 },
  { lines: [["If-None-Match", '"other"']], status: undefined },
] as const;

interface Seen {
  answer: Answer;
  steps: string[];
}

/**
 * Runs random handlers in random stacks, with `conditional()` and without, until the time is over. Returns their
 * number.
 */
export async function fuzzNode(seed: number, milliseconds: number): Promise<number> {
  const until = Date.now() + milliseconds;
  let cases = 0;
  while (Date.now() < until) {
    await checkCase(seed + cases);
    if (cases % 4 === 0) await checkHttp2Case(seed + cases);
    cases++;
  }
  return cases;
}

export async function checkCase(seed: number): Promise<void> {
  const random = randomOf(seed);
  const stack = stackOf(random);
  const question = random.pick(questions);
  const method = random.pick(["GET", "GET", "GET", "HEAD", "POST"]);
  const program = programOf(random, { ...stack, isHttp2: false, method });
  const lines = [
    ...question.lines,
    ["Accept-Encoding", random.pick(["gzip", "identity"])],
    ...(random.chance(0.1) ? [["Expect", "100-continue"]] : []),
  ] as [string, string][];
  const waits = seed % 3 === 0;
  const what = `seed ${seed}: ${method} ${JSON.stringify(lines)}${waits ? ", behind a late answer" : ""}, [${stack.name}]\n${program.name}`;
  const ask = (own: Layer[]) => askApp(program, stack, own, method, lines, waits);
  const bare = await ask([]).catch(() => undefined);
  const ours = await ask([conditional() as Layer]).catch((error) => {
    // Some handlers break a connection by themselves. Then the test only demands that the server still runs.
    if (bare === undefined) return undefined;
    throw new Error(`${error.message}\n${what}`);
  });
  if (bare === undefined || ours === undefined) return;
  const isRead = method !== "POST";
  const isJudged = isRead && [200, 201, 203, 206].includes(bare.answer.status);
  const complaint =
    isJudged && question.status !== undefined ? replaced(ours, question.status) : same(bare, ours);
  if (complaint === undefined) return;
  throw new Error(`${complaint}\n${what}`);
}

/**
 * Reads one answer, on a connection that must also serve the next request. `waits`: an earlier answer is still due, so
 * Node keeps what the handler writes until then.
 */
async function askApp(
  program: Program,
  stack: Stack,
  own: Layer[],
  method: string,
  lines: [string, string][],
  waits: boolean,
): Promise<Seen> {
  let ran: Promise<string[]> = Promise.resolve([]);
  const handle: Layer = (_, res) => {
    ran = program.run(res);
  };
  const app = stack.frame([...stack.outer, ...own, ...stack.inner, handle]);
  const site = stack.frame([...stack.outer, ...own, ...stack.inner, files]);
  const server = createServer((req, res) => {
    if (req.url === "/next") res.end("next");
    else if (req.url === "/late") setTimeout(() => res.end("late"), 5);
    else (req.url === "/" ? app : site)(req, res);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const connection = await connect((server.address() as AddressInfo).port);
  try {
    // All requests are sent before the first is answered.
    const answers = await inTime(
      connection.pipeline([
        ...(waits ? [["GET", "/late", []] as const] : []),
        [method, "/", lines],
        ["GET", "/next", []],
      ]),
    );
    const [answer, next] = answers.slice(-2);
    if (next!.body.toString() !== "next")
      throw new Error("the next request on the connection got a wrong answer");
    const [, status] = lines.find(([name]) => name === "If-None-Match" || name === "If-Match") ?? [];
    await fileIsServed(connection, own.length > 0 ? status : undefined);
    const steps = await inTime(ran);
    await leave(connection.socket.remotePort!, method, lines);
    return { answer: answer!, steps };
  } finally {
    connection.close();
    server.closeAllConnections();
    server.close();
  }
}

/** Reads a file of `express.static` in the same stack, and then expects a 304 for its tag. */
async function fileIsServed(connection: Connection, condition: string | undefined): Promise<void> {
  const full = await inTime(connection.ask("GET", "/file.txt"));
  if (full.status !== 200 || full.body.length !== 3_000) throw new Error(`the file: ${full.status}`);
  if (condition === undefined) return;
  const again = await inTime(connection.ask("GET", "/file.txt", [["If-None-Match", full.field("etag")!]]));
  if (again.status !== 304) throw new Error(`the file again: ${again.status}`);
  const refused = await inTime(connection.ask("GET", "/file.txt", [["If-Match", '"other"']]));
  if (refused.status !== 412) throw new Error(`the file under If-Match: ${refused.status}`);
}

/** A client that sends a request and leaves at once. The server must still be able to close. */
async function leave(port: number, method: string, lines: [string, string][]): Promise<void> {
  const { socket } = await connect(port);
  const fields = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`${method} / HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`, () => socket.destroy());
  await once(socket, "close");
}

function replaced({ answer }: Seen, status: number): string | undefined {
  if (answer.status !== status) return `${answer.status} instead of ${status}`;
  if (status === 304) return answer.body.length === 0 ? undefined : "a 304 has content";
  if (answer.body.length === 0) return undefined;
  return JSON.parse(answer.body.toString()).status === status ? undefined : "another problem";
}

function same(bare: Seen, ours: Seen): string | undefined {
  const [left, right] = [plain(bare), plain(ours)];
  return left === right ? undefined : `differs\nwithout: ${left}\nwith:    ${right}`;
}

function plain({ answer, steps }: Seen): string {
  const { status, reason, lines, body, interim, trailers } = answer;
  const content = answer.field("content-encoding") === "gzip" && body.length > 0 ? gunzipSync(body) : body;
  const fields = comparableFields(lines, status);
  return JSON.stringify([interim, status, reason, fields, contentInBrief(content), trailers, steps]);
}
