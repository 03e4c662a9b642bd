// A worker with a server of two pages, `/1kB` and `/1MB`, that each have a tag, and of counters, `/counter/…`, that a
// PUT with `If-Match` changes. It tells its port, and counts its 304s at `/count`.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort } from "node:worker_threads";

const pages: Record<string, Buffer> = {
  "/1kB": Buffer.alloc(1000, "x"),
  "/1MB": Buffer.alloc(1_000_000, "x"),
};
const fields = { ETag: '"v1"', "Cache-Control": "max-age=0, must-revalidate", "Content-Type": "text/plain" };
const json = { "Content-Type": "application/json" };
const counters = new Map<string, { version: number; text: string }>();
let count = 0;

const server = createServer(async (req, res) => {
  const [path = ""] = req.url?.split("?") ?? [];
  if (path === "/count") return res.end(String(count));
  if (path.startsWith("/counter/")) return counter(path, req, res);
  const page = pages[path] ?? Buffer.alloc(0);
  if (req.headers["if-none-match"] !== '"v1"')
    return res.writeHead(200, { ...fields, "Content-Length": page.length }).end(page);
  count++;
  return res.writeHead(304, fields).end();
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));

async function counter(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of req) text += chunk;
  const { version, text: before } = counters.get(path) ?? { version: 1, text: '{"n":0}' };
  if (req.method === "GET") {
    res.writeHead(200, { ...json, ETag: `"v${version}"`, "Content-Length": before.length }).end(before);
    return;
  }
  if (req.headers["if-match"] !== `"v${version}"`) {
    res.writeHead(412, { "Content-Length": 0 }).end();
    return;
  }
  counters.set(path, { version: version + 1, text });
  res.writeHead(204, { ETag: `"v${version + 1}"` }).end();
}
