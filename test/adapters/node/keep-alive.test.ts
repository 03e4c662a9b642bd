import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { expect, test, vi } from "vitest";
import { bytesHeld } from "./memory.ts";
import { connect, serving } from "./wire.ts";

vi.setConfig({ testTimeout: 30_000 });

const BODY = "x".repeat(1_000);
const TAG = '"v1"';

test("conditional and checkPreconditions serve 1,000 requests on one connection and keep no memory", async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on("warning", warned);
  const sockets = new Set<Socket>();
  let perAnswer = 0;
  const judge = conditional();

  const write = (res: ServerResponse, path: string | undefined) => {
    if (path === "/end") return res.end(BODY);
    res.setHeader("ETag", TAG);
    if (path === "/pipe") return Readable.from([BODY]).pipe(res);
    return res.end(BODY);
  };
  await serving(
    (req, res) => {
      sockets.add(req.socket);
      if (req.url === "/answered") {
        if (!checkPreconditions(req, res, { etag: TAG })) res.end(BODY);
      } else judge(req, res, () => write(res, req.url));
      perAnswer = Math.max(perAnswer, ...res.eventNames().map((name) => res.listenerCount(name)));
    },
    async (port) => {
      const connection = await connect(port);
      const made = (await connection.ask("GET", "/end")).field("etag")!;
      const paths = [
        ["/end", made],
        ["/tagged", TAG],
        ["/pipe", TAG],
        ["/answered", TAG],
      ] as const;
      const round = async (requests: number) => {
        for (let i = 0; i < requests; i++) {
          const [path, etag] = paths[i % 4]!;
          const isFresh = i % 8 < 4;
          const answer = await connection.ask("GET", path, isFresh ? [["If-None-Match", etag]] : []);
          expect([answer.status, answer.body.length]).toEqual(isFresh ? [304, 0] : [200, BODY.length]);
        }
      };
      await round(200);
      const [socket] = [...sockets];
      const listeners = listenersOf(socket!);
      const held = await bytesHeld();
      await round(800);
      expect(listenersOf(socket!)).toBe(listeners);
      // 800 answers kept alive would be some 4 MB at the least.
      expect((await bytesHeld()) - held).toBeLessThan(2_000_000);
      connection.close();
    },
  );
  process.off("warning", warned);
  expect(sockets.size).toBe(1);
  expect(perAnswer).toBeLessThan(10);
  expect(warnings).toEqual([]);
});

function listenersOf(socket: Socket): number {
  return socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
}
