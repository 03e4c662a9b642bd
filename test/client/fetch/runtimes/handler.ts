import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

const coded = gzipSync("Hello ".repeat(100));

/** The server of {@link reads}: each path is one kind of answer. */
export function handler(req: IncomingMessage, res: ServerResponse): void {
  const path = (req.url ?? "/").split("?", 1)[0]!;
  req.resume();
  const tag = { ETag: '"1"' };
  const send = (fields: Record<string, string>, body: string | Buffer = "Hello") => {
    const isSame = req.headers["if-none-match"] === '"1"' || req.headers["if-modified-since"] !== undefined;
    if (isSame) res.writeHead(304, fields).end();
    else res.writeHead(200, { ...fields, "Content-Length": Buffer.byteLength(body) }).end(body);
  };
  if (path === "/large") send(tag, "x".repeat(1_000_000));
  else if (path === "/gzip") send({ ...tag, "Content-Encoding": "gzip" }, coded);
  else if (path === "/dated") send({ "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" });
  else if (path === "/vary") send({ ...tag, Vary: "Accept" });
  else if (path === "/variant") variant(req, res);
  else if (path === "/answer") answerTo(req, res);
  else if (path === "/no-store") send({ ...tag, "Cache-Control": "no-store" });
  else if (path === "/typed" && req.headers["content-type"] !== "a/b") res.writeHead(415).end();
  else if (path === "/moved") res.writeHead(307, { Location: "/query" }).end();
  else if (path === "/slow") setTimeout(() => send(tag), 100);
  else if (path === "/truncated") {
    res.writeHead(200, { ...tag, "Content-Length": 100 });
    res.write("begin");
    setTimeout(() => res.destroy(), 20);
  } else send(tag);
}

/** Each `Accept` selects a variant with a tag of its own. */
function variant({ headers: { accept = "", ...headers } }: IncomingMessage, res: ServerResponse): void {
  const fields = { ETag: `"${accept}"`, Vary: "Accept" };
  if (headers["if-none-match"]?.split(", ").includes(fields.ETag)) res.writeHead(304, fields).end();
  else res.writeHead(200, fields).end(accept);
}

/** Answers with the method, the type of the content, and the content. They are the tag, too. */
async function answerTo(req: IncomingMessage, res: ServerResponse): Promise<void> {
  let content = "";
  for await (const chunk of req) content += chunk;
  const method = req.method === "HEAD" ? "GET" : req.method;
  const text = `${method} ${req.headers["content-type"]} ${content}`;
  const ETag = `"${text.replaceAll(" ", "-")}"`;
  if (req.headers["if-none-match"] === ETag) res.writeHead(304, { ETag }).end();
  else
    res.writeHead(200, { ETag, "Content-Length": text.length }).end(req.method === "HEAD" ? undefined : text);
}
