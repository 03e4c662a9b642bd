import { once } from "node:events";
import { type ClientSessionOptions, connect, constants } from "node:http2";
import { Readable } from "node:stream";
import type { Answer, Ask, Connection } from "./connection.ts";

// The types of Node do not have this option yet.
const lenient = { strictSingleValueFields: false } as ClientSessionOptions;

/** HTTP/2 without TLS, by Node's own client, which sends repeated lines unchanged when it is not strict. */
export async function http2(port: number): Promise<Connection> {
  const session = connect(`http://127.0.0.1:${port}`, lenient);
  await new Promise((resolve, reject) => session.once("connect", resolve).once("error", reject));
  return {
    ask: (ask) => exchange(session, ask),
    close: () => session.destroy(),
  };
}

function exchange(
  session: ReturnType<typeof connect>,
  { method, path, headers, body }: Ask,
): Promise<Answer> {
  const place = method === "CONNECT" ? [] : [":path", path, ":scheme", "http"];
  const pseudo = [":method", method, ":authority", "localhost", ...place];
  const fields = headers.flatMap(([name, value]) => [name.toLowerCase(), value]);
  return new Promise((resolve, reject) => {
    const stream = session.request([...pseudo, ...fields], { endStream: body === undefined });
    let answer: Omit<Answer, "body"> | undefined;
    const chunks: Buffer[] = [];
    stream.on("response", ({ ":status": status = 0, ...rest }) => {
      const lines = Object.entries(rest).flatMap(([name, value]) =>
        [value ?? []].flat().map((line) => [name, line]),
      );
      answer = { status, headers: lines as [string, string][] };
    });
    stream.on("data", (chunk) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("close", () => {
      if (answer === undefined) reject(new Error("the stream closed without an answer"));
      else resolve({ ...answer, body: Buffer.concat(chunks).toString("latin1") });
    });
    if (body !== undefined) stream.end(body);
  });
}

/** A GET over its own connection, with the result of a `fetch`. */
export async function getByHttp2(url: string, { headers = {}, signal }: RequestInit = {}): Promise<Response> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin);
  const stream = session.request({ ":path": pathname, ...(headers as Record<string, string>) });
  signal?.addEventListener("abort", () => stream.close(constants.NGHTTP2_CANCEL));
  stream.once("close", () => session.destroy());
  const [{ ":status": status, ...fields }] = await once(stream, "response");
  const lines = Object.entries(fields as Record<string, string>);
  const body = status === 304 ? null : (Readable.toWeb(stream) as ReadableStream<Uint8Array<ArrayBuffer>>);
  if (body === null) stream.resume();
  return new Response(body, { status, headers: lines });
}
