import { once } from "node:events";
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type OutgoingHttpHeaders,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { conditional } from "@entity-tag/node";
import { describe, expect, test, vi } from "vitest";

// A client that does not leave costs two seconds in each case, so all cases run in parallel.
vi.setConfig({ maxConcurrency: 9 });

type Handler = (res: Http2ServerResponse, req: Http2ServerRequest) => unknown;
type Ask = (headers: OutgoingHttpHeaders) => ClientHttp2Stream;

/** Streams of one connection to the handler behind the middleware. */
async function streaming(handler: Handler, use: (ask: Ask, session: ClientHttp2Session) => Promise<void>) {
  const judge = conditional();
  const server = createServer((req, res) => judge(req, res, () => void handler(res, req)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    await use((headers) => session.request({ ":path": "/", ...headers }).on("error", () => {}), session);
  } finally {
    session.destroy();
    server.close();
  }
}

const answered = async (stream: ClientHttp2Stream) => {
  const [{ ":status": status, ...fields }] = await once(stream, "response");
  return [status, fields["content-type"]];
};

/** A source that never ends by itself, and its state. */
function endless() {
  const seen = { made: 0, ended: 0, rejected: 0 };
  async function* source() {
    try {
      for (;;) {
        seen.made++;
        yield Buffer.alloc(1_000);
      }
    } finally {
      seen.ended++;
    }
  }
  return { seen, source };
}

const conditions = {
  304: { "if-none-match": "*" },
  412: { "if-match": '"v0"' },
};
const answers = Object.entries(conditions).map(([status, condition]) => [Number(status), condition] as const);

const pipelines: Record<string, (source: () => AsyncGenerator<Buffer>, res: Http2ServerResponse) => unknown> =
  {
    "a generator": (source, res) => pipeline(source, res),
    "a Readable": (source, res) => pipeline(Readable.from(source()), res),
  };

/** How a client leaves, or not. When a stream has ended, a server does not learn of it. */
const leaving: Record<string, (streams: ClientHttp2Stream[], session: ClientHttp2Session) => void> = {
  "a client that cancels": (streams) => {
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
  },
  "a client that closes the connection": (_, session) => session.destroy(),
  "a client that stays": () => {},
};

describe.each(answers)("A %i over HTTP/2 in place of an endless answer", (status, condition) => {
  describe.each(Object.entries(leaving))("arrives within the limit, and %s ends the source:", (_, leave) => {
    test.each(Object.entries(pipelines))("%s in a pipeline", async (_, way) => {
      const { seen, source } = endless();
      const handler: Handler = (res) => (way(source, res) as Promise<void>).catch(() => seen.rejected++);
      await streaming(handler, async (ask, session) => {
        const streams = Array.from({ length: 50 }, () => ask(condition).resume());
        const ends = streams.map((stream) => once(stream, "end"));
        for (const answer of await Promise.all(streams.map(answered))) expect(answer[0]).toBe(status);
        await Promise.all(ends);
        leave(streams, session);
        await expect.poll(() => [seen.ended, seen.rejected], { timeout: 10_000 }).toEqual([50, 50]);
        const { made } = seen;
        await sleep(100);
        expect(seen.made).toBe(made);
      });
    });

    test("a loop that waits for `drain`", async () => {
      let made = 0;
      let closes = 0;
      const handler: Handler = async (res) => {
        res.on("close", () => closes++);
        for (;;) {
          made++;
          if (!res.write("part")) await once(res, "drain");
        }
      };
      await streaming(handler, async (ask, session) => {
        const stream = ask(condition).resume();
        expect((await answered(stream))[0]).toBe(status);
        leave([stream], session);
        await expect.poll(() => closes, { timeout: 10_000 }).toBe(1);
        const before = made;
        await sleep(100);
        expect([made, closes]).toEqual([before, 1]);
      });
    });
  });
});

describe.each(answers)("A %i over HTTP/2 does not disturb the handler", (status, condition) => {
  const parts = ["first", "second", "third"];
  async function* late() {
    for (const part of parts) {
      await sleep(20);
      yield part;
    }
  }
  const generator: Handler = (res) => pipeline(late, res);
  const ways: Record<string, Handler> = {
    "a generator in a pipeline": generator,
    "a Readable in a pipeline": (res) => pipeline(Readable.from(late()), res),
    pipe: (res) => once(Readable.from(late()).pipe(res), "finish"),
    "a loop that waits for `drain`": async (res) => {
      for await (const part of late()) if (!res.write(part)) await once(res, "drain");
      res.end();
      await once(res, "finish");
    },
    "writes with callbacks": async (res) => {
      for await (const part of late()) await new Promise<void>((resolve) => res.write(part, () => resolve()));
      await new Promise<void>((resolve) => res.end(resolve));
    },
    "writeHead with a tag, and the body later": async (res) => {
      res.writeHead(200, { ETag: '"v1"' });
      await sleep(50);
      await pipeline(Readable.from(late()), res);
    },
    "writeHead, and flushHeaders": async (res) => {
      res.writeHead(200, { "Content-Type": "text/plain" });
      (res as Http2ServerResponse & { flushHeaders(): void }).flushHeaders();
      await pipeline(Readable.from(late()), res);
    },
  };

  test.each(Object.entries(ways))("the handler runs to its end: %s", async (_, way) => {
    const events: unknown[] = [];
    const handler: Handler = async (res, req) => {
      for (const event of ["finish", "close"]) res.on(event, () => events.push(event));
      await Promise.resolve(way(res, req)).catch((error) => events.push(error));
      events.push("done");
    };
    await streaming(handler, async (ask) => {
      // Node itself never ends a pipeline from a generator to HEAD, whatever the answer is.
      for (const method of way === generator ? ["GET"] : ["GET", "HEAD"]) {
        events.length = 0;
        const stream = ask({ ":method": method, ...condition });
        let body = "";
        stream.on("data", (bytes) => {
          body += bytes;
        });
        const answer = await answered(stream);
        expect(answer).toEqual([status, status === 412 ? "application/problem+json" : undefined]);
        if (!stream.closed) await once(stream, "close");
        expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
        expect(body === "" ? undefined : JSON.parse(body).status).toBe(
          status === 412 && method === "GET" ? 412 : undefined,
        );
        await expect.poll(() => [...events].sort(), { timeout: 5_000 }).toEqual(["close", "done", "finish"]);
      }
    });
  });
});
