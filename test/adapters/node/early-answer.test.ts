import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createConnection } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";
import { connect, serving } from "./wire.ts";

describe.each([
  [304, "If-None-Match: *"],
  [412, 'If-Match: "v0"'],
])("A %i in place of an endless answer", (status, line) => {
  async function expectEarly(handle: (res: ServerResponse) => Promise<void>, made: () => number) {
    const judge = conditional();
    const listener = (req: IncomingMessage, res: ServerResponse) => judge(req, res, () => void handle(res));
    await serving(listener, async (port) => {
      const socket = createConnection(port, "127.0.0.1").on("error", () => {});
      socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n${line}\r\n\r\n`);
      let received = "";
      socket.on("data", (bytes) => {
        received += bytes.toString("latin1");
      });
      await expect.poll(() => received, { timeout: 5_000 }).toMatch(status === 304 ? /\r\n\r\n$/ : /}$/);
      expect(received.slice(9, 12)).toBe(String(status));
      socket.destroy();
      await once(socket, "close");
      await sleep(100);
      const before = made();
      await sleep(100);
      expect(made()).toBe(before);
    });
  }

  test("the answer is sent at once, and the handler stops as if its client had left", async () => {
    let made = 0;
    const handle = async (res: ServerResponse) => {
      for (;;) {
        made++;
        if (!res.write("part")) await once(res, "drain");
      }
    };
    await expectEarly(handle, () => made);
  });

  test("the answer is sent at once, and the pipeline ends when the client leaves", async () => {
    let made = 0;
    let ended = 0;
    async function* source() {
      try {
        for (;;) {
          made++;
          yield Buffer.alloc(1_000);
        }
      } finally {
        ended++;
      }
    }
    await expectEarly(
      (res) => pipeline(source, res).catch(() => {}),
      () => made,
    );
    expect(ended).toBe(1);
  });
});

test("The callback of a dropped write is called, with an error if the client has left", async () => {
  const judge = conditional();
  const told: unknown[] = [];
  const { promise: done, resolve } = Promise.withResolvers<void>();
  const listener = (req: IncomingMessage, res: ServerResponse) =>
    judge(req, res, () => {
      res.write("first", (error) => told.push(error?.message));
      res.once("close", () => {
        res.write("second", (error) => {
          told.push(error?.message);
          resolve();
        });
      });
    });
  await serving(listener, async (port) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n");
    await once(socket, "data");
    await sleep(20);
    socket.destroy();
    await done;
    expect(told).toEqual([undefined, expect.stringContaining("destroyed")]);
  });
});

test("Content that the head waits for fails when the client has left, as Node's own writes do", async () => {
  const judge = conditional();
  const { promise: told, resolve } = Promise.withResolvers<unknown>();
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  const listener = (req: IncomingMessage, res: ServerResponse) =>
    judge(req, res, () => {
      res.setHeader("Content-Length", "10").write("first");
      res.once("close", () => res.write("other", (error) => resolve(error?.message)));
      begin();
    });
  await serving(listener, async (port) => {
    const socket = createConnection(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await begun;
    socket.destroy();
    expect(await told).toContain("destroyed");
  });
});

test.each(["PUT", "PATCH", "DELETE", "QUERY"])(
  "%s that expects 100-continue is refused before its content is sent, and continues if its condition holds",
  async (method) => {
    let bytesRead = 0;
    await serving(
      () => {},
      async (port, server) => {
        server.on("checkContinue", (req, res) => {
          if (checkPreconditions(req, res, { etag: '"v1"' })) return;
          res.writeContinue();
          req.on("data", (chunk) => {
            bytesRead += chunk.length;
          });
          req.on("end", () => res.end("done"));
        });
        const expecting = (ifMatch: string) =>
          [
            ["Expect", "100-continue"],
            ["Content-Length", "7"],
            ["If-Match", ifMatch],
          ] as const;
        const refused = await connect(port);
        // `ask` sends no content here.
        const refusal = await refused.ask(method, "/", expecting('"v0"'));
        refused.close();
        expect([refusal.interim, refusal.status, refusal.field("connection"), bytesRead]).toEqual([
          [],
          412,
          "close",
          0,
        ]);
        const accepted = await connect(port);
        const answer = accepted.ask(method, "/", expecting('"v1"'));
        accepted.socket.write("content");
        expect([(await answer).interim, (await answer).status, bytesRead]).toEqual([[100], 200, 7]);
        accepted.close();
      },
    );
  },
);
