import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ClientHttp2Session, connect, constants, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { conditional } from "@entity-tag/node";
import { type Program, programOf } from "./node-programs.ts";
import { type Layer, runLayers, type Stack, stackOf } from "./node-stacks.ts";
import { randomOf } from "./random.ts";

type Fields = Record<string, string>;

/** What came of one stream: its status, its content, and the code that it ended with. */
interface Seen {
  status: number;
  body: Buffer;
  code: number;
}

/** Over HTTP/2: the same handlers and stacks, some clients that leave at once, and a session that lives on. */
export async function checkHttp2Case(seed: number): Promise<void> {
  const random = randomOf(seed ^ 0x2_0000);
  const stack = stackOf(random);
  const program = programOf(random, stack.isOld);
  const method = random.pick(["GET", "GET", "HEAD", "POST"]);
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
  const bare = await askApp(program, stack, [], fields).catch(() => undefined);
  if (bare === undefined || bare.code !== constants.NGHTTP2_NO_ERROR) return;
  const what = `seed ${seed}, HTTP/2: ${JSON.stringify(fields)}, [${stack.name}]\n${program.name}`;
  const ours = await askApp(program, stack, [conditional() as Layer], fields).catch((error) => {
    throw new Error(`${error.message}\n${what}`);
  });
  const isJudged = method !== "POST" && [200, 201, 206].includes(bare.status);
  const expected = (isJudged && wanted) || bare.status;
  if (ours.status !== expected || ours.code !== constants.NGHTTP2_NO_ERROR) {
    throw new Error(`${ours.status}, code ${ours.code}, instead of ${expected}\n${what}`);
  }
  if (expected === bare.status && expected !== 412 && expected !== 304 && !ours.body.equals(bare.body)) {
    throw new Error(`${ours.body.length} bytes instead of ${bare.body.length}\n${what}`);
  }
}

async function askApp(program: Program, stack: Stack, own: Layer[], fields: Fields): Promise<Seen> {
  const server = createServer((req, res) => {
    if (req.url === "/next") return void res.end("next");
    const [request, response] = [req, res] as unknown as [IncomingMessage, ServerResponse];
    // HTTP/2 has no such method.
    response.cork ??= () => {};
    runLayers([...stack.outer, ...own, ...stack.inner], request, response, () => void program.run(response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on("error", () => {});
  try {
    const left = session.request({ ...fields, ":path": "/" }).on("error", () => {});
    const answer = ask(session, { ...fields, ":path": "/" });
    left.close(constants.NGHTTP2_CANCEL);
    const seen = await answer;
    const next = await ask(session, { ":path": "/next" });
    if (next.body.toString() !== "next") throw new Error("the session is out of step");
    return seen;
  } finally {
    session.destroy();
    server.close();
  }
}

async function ask(session: ClientHttp2Session, fields: Fields): Promise<Seen> {
  const stream = session.request(fields);
  let head: Record<string, unknown> = {};
  const chunks: Buffer[] = [];
  stream.on("response", (given) => {
    head = given;
  });
  stream.on("data", (chunk) => chunks.push(chunk));
  stream.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    const clock = setTimeout(() => reject(new Error("no answer within two seconds")), 2_000);
    stream.on("close", () => {
      clearTimeout(clock);
      resolve();
    });
  });
  const body = Buffer.concat(chunks);
  const isCoded = head["content-encoding"] === "gzip" && body.length > 0;
  const status = Number(head[":status"] ?? 0);
  return { status, body: isCoded ? gunzipSync(body) : body, code: stream.rstCode };
}
