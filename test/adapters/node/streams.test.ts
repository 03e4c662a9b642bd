import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createConnection } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConditionalOptions, conditional } from "@entity-tag/node";
import { describe, expect, test, vi } from "vitest";
import { bytesHeld } from "./memory.ts";
import { ask, connect, serving } from "./wire.ts";

vi.setConfig({ testTimeout: 30_000 });

type Handler = (res: ServerResponse, req: IncomingMessage) => unknown;

const TAG = '"v1"';
const MB = 1_048_576;
const PART = 65_536;

/** The handler behind the middleware; `/next` is answered at once. */
function behind(handler: Handler, options: ConditionalOptions = {}) {
  const judge = conditional(options);
  return (req: IncomingMessage, res: ServerResponse) =>
    judge(req, res, () => void (req.url === "/next" ? res.end("next") : handler(res, req)));
}

/** A request that is written by hand, for an answer that is not read to its end. */
function request(port: number, lines = "") {
  const socket = createConnection(port, "127.0.0.1").on("error", () => {});
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`);
  return socket;
}

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

async function* twoParts(opened: Promise<void>) {
  yield "the first part";
  await opened;
  yield "the last part";
}

describe("conditional sends the first byte before the last is produced, by", () => {
  const ways: Record<string, (res: ServerResponse, opened: Promise<void>) => unknown> = {
    pipe: (res, opened) => Readable.from(twoParts(opened)).pipe(res),
    pipeline: (res, opened) => pipeline(twoParts(opened), res),
    write: async (res, opened) => {
      for await (const part of twoParts(opened)) res.write(part);
      res.end();
    },
    "writeHead and write": async (res, opened) => {
      res.writeHead(200, { "Content-Type": "text/event-stream" });
      for await (const part of twoParts(opened)) res.write(part);
      res.end();
    },
  };

  test.each(Object.entries(ways))("%s", async (_, way) => {
    const { open, opened } = gate();
    await serving(
      behind((res) => way(res, opened)),
      async (port) => {
        const socket = request(port);
        let received = "";
        socket.on("data", (bytes) => {
          received += bytes;
        });
        await expect.poll(() => received, { timeout: 10_000 }).toContain("the first part");
        expect(received).not.toContain("the last part");
        expect(received).not.toMatch(/^etag:/im);
        open();
        await expect.poll(() => received, { timeout: 10_000 }).toMatch(/the last part\r\n0\r\n\r\n$/);
        socket.destroy();
      },
    );
  });
});

describe("A client that goes away ends the source", () => {
  test.each([
    ["of a 200", "", "200"],
    ["of a 304", `If-None-Match: ${TAG}\r\n`, "304"],
  ])("%s that would never end", async (_, lines, status) => {
    const ended = gate();
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(PART);
      } finally {
        ended.open();
      }
    }
    const handler: Handler = (res) => {
      res.setHeader("ETag", TAG);
      return pipeline(endless, res).catch(() => {});
    };
    await serving(behind(handler), async (port) => {
      const socket = request(port, lines);
      const [head] = (await once(socket, "data")) as [Buffer];
      expect(head.toString("latin1", 9, 12)).toBe(status);
      // Meanwhile all other clients are served.
      expect((await ask(port, "GET", "/next")).status).toBe(200);
      socket.destroy();
      await ended.opened;
    });
  });
});

test("conditional leaves back-pressure to the socket: 32 MB flow past a slow client in little memory", async () => {
  let produced = 0;
  let peak = 0;
  async function* source() {
    while (produced < 32 * MB) {
      // Each part is a new object, so that parts that are kept show in the memory.
      yield Buffer.alloc(PART, 7);
      produced += PART;
      if (produced % (4 * MB) === 0) peak = Math.max(peak, await bytesHeld());
    }
  }
  await serving(
    behind((res) => Readable.from(source()).pipe(res)),
    async (port) => {
      const before = await bytesHeld();
      const socket = request(port);
      await once(socket, "readable");
      for (let seen = -1; seen !== produced; await sleep(150)) seen = produced;
      // This is the size of the kernel's buffers at both ends.
      expect(produced).toBeLessThan(24 * MB);
      expect((await bytesHeld()) - before).toBeLessThan(6 * MB);

      let received = 0;
      for await (const bytes of socket) {
        received += bytes.length;
        if (received >= 32 * MB && bytes.subarray(-5).toString() === "0\r\n\r\n") break;
      }
      expect(produced).toBe(32 * MB);
      expect(peak - before).toBeLessThan(6 * MB);
    },
  );
});

test("32 MB by end() arrive whole and untagged; with a tag, they are not sent again", async () => {
  const body = Buffer.alloc(32 * MB, 7);
  const handler: Handler = (res, req) => {
    if (req.url === "/tagged") res.setHeader("ETag", TAG);
    res.end(body);
  };
  await serving(behind(handler), async (port) => {
    const receive = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    const untagged = await receive("/");
    expect(untagged.headers.get("ETag")).toBeNull();
    expect(body.equals(new Uint8Array(await untagged.arrayBuffer()))).toBe(true);
    const tagged = await receive("/tagged");
    expect(tagged.headers.get("ETag")).toBe(TAG);
    expect(body.equals(new Uint8Array(await tagged.arrayBuffer()))).toBe(true);
    const again = await ask(port, "GET", "/tagged", [["If-None-Match", TAG]]);
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });
});

describe("A client sees that a body broke off in the middle, and the server goes on:", () => {
  async function* broken() {
    yield "the first part";
    throw new Error("the source broke");
  }
  const ways: Record<string, Handler> = {
    "a source in a pipeline": (res) => pipeline(broken, res).catch(() => {}),
    "a source of known length": (res) =>
      pipeline(broken, res.setHeader("Content-Length", 1_000)).catch(() => {}),
    "a handler that throws, and is caught": async (res) => {
      try {
        for await (const part of broken()) res.write(part);
      } catch {
        res.destroy();
      }
    },
  };

  test.each(Object.entries(ways))("%s", async (_, way) => {
    await serving(behind(way), async (port) => {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined);
      if (response) await expect(response.text()).rejects.toThrow();
      expect((await ask(port, "GET", "/next")).body.toString()).toBe("next");
    });
  });

  test.each(Object.entries(ways))("%s, after a 304", async (_, way) => {
    await serving(
      behind((res, req) => way(res.setHeader("ETag", TAG), req)),
      async (port) => {
        const answer = await ask(port, "GET", "/", [["If-None-Match", TAG]]).catch(() => undefined);
        if (answer) expect([answer.status, answer.body.length]).toEqual([304, 0]);
        expect((await ask(port, "GET", "/next")).body.toString()).toBe("next");
      },
    );
  });
});

describe("A 304 in place of a piped answer", () => {
  const ways: Record<string, (source: Readable, res: ServerResponse) => unknown> = {
    pipe: (source, res) => source.pipe(res),
    pipeline: (source, res) => pipeline(source, res),
  };

  test.each(Object.entries(ways))(
    "the 304 has no content, finishes once, and reads the source to its end: %s",
    async (_, way) => {
      const sources: Readable[] = [];
      const seen = { finishes: 0, closes: 0, ends: 0 };
      const handler: Handler = (res) => {
        const parts = Array.from({ length: 64 }, () => Buffer.alloc(1_024, 7));
        const source = Readable.from(parts).on("end", () => seen.ends++);
        sources.push(source);
        res.on("finish", () => seen.finishes++).on("close", () => seen.closes++);
        return way(source, res.setHeader("ETag", TAG));
      };
      // On a busy machine it takes longer than the limit.
      await serving(behind(handler, { dropTimeoutMs: 20_000 }), async (port) => {
        const connection = await connect(port);
        for (let round = 1; round <= 5; round++) {
          const answer = await connection.ask("GET", "/", [["If-None-Match", TAG]]);
          expect([answer.status, answer.field("content-length")]).toEqual([304, undefined]);
          expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
          expect(seen).toEqual({ finishes: round, closes: round, ends: round });
        }
        expect(sources.map(({ destroyed }) => destroyed)).toEqual(Array(5).fill(true));
        const whole = await connection.ask("GET", "/");
        expect([whole.status, whole.body.length]).toEqual([200, 64 * 1_024]);
        connection.close();
      });
    },
  );
});
