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
