import type { RequestListener } from "node:http";
import { conditional as fastifyConditional } from "@entity-tag/fastify";
import { conditional as koaConditional } from "@entity-tag/koa";
import { conditional } from "@entity-tag/node";
import Fastify from "fastify";
import Koa from "koa";
import { describe, expect, test } from "vitest";
import { ask, serving } from "./wire.ts";

const AHEAD = "Fri, 01 Jan 2100 00:00:00 GMT";
const PAST = "Sun, 06 Nov 1994 08:49:37 GMT";

describe("A handler that sets a Last-Modified later than now (§8.8.2.1)", () => {
  const dateOf = (url: string | undefined) => (url === "/past" ? PAST : AHEAD);
  const judge = conditional();
  const servers: Record<string, () => RequestListener | Promise<RequestListener>> = {
    "node:http, setHeader": () => (req, res) =>
      judge(req, res, () => void res.setHeader("Last-Modified", dateOf(req.url)).end("content")),
    "node:http, writeHead": () => (req, res) =>
      judge(req, res, () => void res.writeHead(200, { "Last-Modified": dateOf(req.url) }).end("content")),
    fastify: async () => {
      const app = Fastify({ exposeHeadRoutes: true });
      await app.register(fastifyConditional);
      app.get("/*", (request, reply) => reply.header("Last-Modified", dateOf(request.url)).send("content"));
      await app.ready();
      return (req, res) => void app.server.emit("request", req, res);
    },
    koa: () => {
      const app = new Koa().use(koaConditional());
      app.use((ctx) => {
        ctx.set("Last-Modified", dateOf(ctx.url));
        ctx.body = "content";
      });
      return app.callback();
    },
  };

  test.each(Object.entries(servers))(
    "%s sends the current time instead, and does not change an earlier date",
    async (_, make) => {
      await serving(await make(), async (port) => {
        for (const [method, conditions, status] of [
          ["GET", [], 200],
          ["HEAD", [], 200],
          ["GET", [["If-None-Match", "*"]], 304],
        ] as const) {
          const answer = await ask(port, method, "/ahead", conditions);
          const modified = answer.field("last-modified")!;
          expect([method, answer.status]).toEqual([method, status]);
          // Not the `Date` of the answer: Node keeps it for a second, and longer on a busy machine.
          expect(Date.parse(modified)).toBeLessThanOrEqual(Date.now());
          expect(Date.parse(modified)).toBeGreaterThan(Date.now() - 60_000);
          expect((await ask(port, method, "/past", conditions)).field("last-modified")).toBe(PAST);
        }
      });
    },
  );
});
