// A worker with a server of two pages, `/1kB` and `/1MB`, that each have a tag. It says its port, and counts its 304s at `/count`.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort } from "node:worker_threads";

const pages: Record<string, Buffer> = {
  "/1kB": Buffer.alloc(1000, "x"),
  "/1MB": Buffer.alloc(1_000_000, "x"),
};
const fields = { ETag: '"v1"', "Cache-Control": "max-age=0, must-revalidate", "Content-Type": "text/plain" };
let count = 0;

const server = createServer((req, res) => {
  if (req.url === "/count") return res.end(String(count));
  const page = pages[req.url ?? ""] ?? Buffer.alloc(0);
  if (req.headers["if-none-match"] !== '"v1"')
    return res.writeHead(200, { ...fields, "Content-Length": page.length }).end(page);
  count++;
  return res.writeHead(304, fields).end();
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));
