import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectHttp2, constants, createServer as createHttp2Server } from "node:http2";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";
import { connect, serving } from "./wire.ts";

// It has no types.
const onHeaders = createRequire(import.meta.url)("on-headers-1.0.2") as (
  res: ServerResponse,
  listener: () => void,
) => void;

type Layer = (req: never, res: never, next: () => void) => void;
type Handler = (req: IncomingMessage, res: ServerResponse) => unknown;

/** Its hook fails for the first head. */
const failing: Layer = (_, res, next) => {
  let isFirst = true;
  onHeaders(res, () => {
    if (isFirst) {
      isFirst = false;
      throw new Error("the hook failed");
    }
  });
  next();
};

const ours = () => conditional() as unknown as Layer;
const orders: [string, () => Layer[]][] = [
  ["before", () => [failing, ours()]],
  ["after", () => [ours(), failing]],
];

const chain =
  (layers: Layer[], handler: Handler): Handler =>
  (req, res) => {
    const step = (index: number): unknown =>
      index === layers.length
        ? handler(req, res)
        : layers[index]!(req as never, res as never, () => step(index + 1));
    return step(0);
  };

describe.each(orders)("A layer %s, whose hook throws:", (_, layers) => {
  test.each([
    ["If-Match", '"x"'],
    ["If-None-Match", "*"],
  ] as const)("the error page has no field of the answer that %s asked for", async (name, value) => {
    const handler: Handler = (_, res) => {
      try {
        res.end("content");
      } catch {
        res.statusCode = 500;
        res.end("error page");
      }
    };
    await serving(chain(layers(), handler) as never, async (port) => {
      const connection = await connect(port);
      const page = await connection.ask("GET", "/", [[name, value]]);
      expect([page.status, page.field("content-type"), `${page.body}`]).toEqual([
        500,
        undefined,
        "error page",
      ]);
      connection.close();
    });
  });

  const sources: Record<string, () => Readable | AsyncGenerator<string>> = {
    "that is ready": () => Readable.from(["a", "b"]),
    "that is slow": async function* () {
      yield "a";
      await sleep(5);
      yield "b";
    },
  };
  test.each(Object.entries(sources))(
    "over HTTP/2 it breaks off the stream of a source %s, and not the process",
    async (_name, source) => {
      const faults: unknown[] = [];
      const note = (error: unknown) => faults.push(error);
      process.on("uncaughtExceptionMonitor", note);
      let ran: unknown = "still runs";
      const handler: Handler = async (_, res) => {
        await pipeline(source(), res).catch(() => {});
        ran = "has ended";
      };
      const server = createHttp2Server(chain(layers(), handler) as never).listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const stream = session.request({ ":path": "/", "if-none-match": "*" }).on("error", () => {});
      await new Promise((closed) => stream.on("close", closed));
      await expect.poll(() => ran).toBe("has ended");
      process.off("uncaughtExceptionMonitor", note);
      session.destroy();
      server.close();
      expect([stream.rstCode, faults]).toEqual([constants.NGHTTP2_INTERNAL_ERROR, []]);
    },
  );
});
