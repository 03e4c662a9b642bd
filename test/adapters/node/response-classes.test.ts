// `createServer({ ServerResponse })` takes a class of responses, which may code content as a layer does.
import { once } from "node:events";
import { createServer, type RequestListener, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { expect, test } from "vitest";
import { ask } from "./wire.ts";

class Zipped extends ServerResponse {
  override writeHead(status: number, ...rest: never[]): this {
    if (status === 200 && !this.headersSent && this.getHeader("Content-Type")) {
      this.setHeader("Content-Encoding", "gzip").removeHeader("Content-Length");
    }
    return super.writeHead(status, ...rest);
  }
  override end(content?: unknown): this {
    if (!this.headersSent) this.writeHead(this.statusCode);
    const isCoded = content !== undefined && this.getHeader("Content-Encoding") === "gzip";
    return super.end((isCoded ? gzipSync(content as string) : content) as never);
  }
}

const late = conditional();
const page = (res: ServerResponse) =>
  res.setHeader("ETag", '"v1"').setHeader("Content-Type", "text/plain").end("content");
const listeners: Record<string, RequestListener> = {
  "conditional()": (req, res) => late(req, res, () => page(res)),
  "checkPreconditions()": (req, res) => void (checkPreconditions(req, res, { etag: '"v1"' }) || page(res)),
};

test.each(Object.entries(listeners))(
  "Content that a class of responses codes has the tag of its coding, under %s",
  async (_, listener) => {
    const server = createServer({ ServerResponse: Zipped }, listener).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const gzip = ["Accept-Encoding", "gzip"] as const;
    const full = await ask(port, "GET", "/", [gzip]);
    const again = await ask(port, "GET", "/", [gzip, ["If-None-Match", '"v1-gzip"']]);
    server.close();
    expect([full.status, full.field("content-encoding"), full.field("etag")]).toEqual([
      200,
      "gzip",
      '"v1-gzip"',
    ]);
    expect([again.status, again.field("etag"), again.body.length]).toEqual([304, '"v1-gzip"', 0]);
  },
);
