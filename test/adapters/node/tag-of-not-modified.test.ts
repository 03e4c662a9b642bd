// §15.4.5: a 304 has the ETag and the Vary that the 200 to the same request would have had, beside a compressor, too.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import type { EntityTag } from "@entity-tag/core";
import { conditional as fastifyConditional } from "@entity-tag/fastify";
import { conditional as koaConditional } from "@entity-tag/koa";
import { checkPreconditions, conditional } from "@entity-tag/node";
import fastifyCompress from "@fastify/compress";
import compression from "compression";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";
import koaCompress from "koa-compress";
import { describe, expect, test } from "vitest";
import { connect } from "./wire.ts";

const require = createRequire(import.meta.url);
const frames = {
  "Express 5": { app: express, compress: compression },
  "Express 4": { app: require("express-4"), compress: require("compression-1.7.4") },
} as Record<string, { app: typeof express; compress: typeof compression }>;

interface Page {
  readonly etag: EntityTag;
  readonly text: string;
  /** Judged before its handler. */
  readonly isEarly: boolean;
  /** Which answers a compressor codes. */
  readonly options: { threshold?: number };
  /** Where the compressor is. */
  readonly order: "before" | "after";
}
type Serve = (page: Page) => Promise<{ port: number; close(): unknown }>;

async function served(listener: RequestListener) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

const ways: Record<string, (res: express.Response, text: string) => unknown> = {
  send: (res, text) => res.send(text),
  end: (res, text) => res.end(text),
};

const servers: Record<string, Serve> = {
  ...Object.fromEntries(
    Object.entries(frames).flatMap(([name, { app: create, compress }]) =>
      Object.entries(ways).map(([way, send]): [string, Serve] => [
        `${name}, ${way}`,
        ({ etag, text, isEarly, options, order }) => {
          const app = create().disable("etag");
          if (order === "before") app.use(compress(options));
          if (!isEarly) app.use(conditional());
          if (order === "after") app.use(compress(options));
          app.get("/", (req, res) => {
            if (isEarly && checkPreconditions(req, res, { etag })) return;
            res.set("ETag", etag).type("text/plain");
            send(res, text);
          });
          return served(app);
        },
      ]),
    ),
  ),
  Koa: ({ etag, text, isEarly, options, order }) => {
    const app = new Koa();
    if (order === "before") app.use(koaCompress(options));
    app.use(koaConditional(isEarly ? { current: () => ({ etag }) } : {}));
    if (order === "after") app.use(koaCompress(options));
    app.use((ctx) => {
      ctx.set("ETag", etag);
      Object.assign(ctx, { type: "text/plain", body: text });
    });
    return served(app.callback());
  },
  Fastify: async ({ etag, text, isEarly, options, order }) => {
    const app = Fastify();
    if (order === "before") await app.register(fastifyCompress, options);
    await app.register(fastifyConditional, isEarly ? { current: () => ({ etag }) } : {});
    if (order === "after") await app.register(fastifyCompress, options);
    app.get("/", (_, reply) => reply.header("ETag", etag).type("text/plain").send(text));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
};

const LONG = "many words, ".repeat(300);
const pages = {
  "a long page": { text: LONG, options: {} },
  "a short page": { text: "few words", options: {} },
  "a short page that is coded all the same": { text: "few words", options: { threshold: 0 } },
};

/** Before the handler, nobody knows whether its page will be long enough to be coded. */
function isKnown(server: string, isEarly: boolean, page: string): boolean {
  if (!isEarly || page === "a short page") return true;
  return server.startsWith("Express") && page !== "a long page";
}

describe.each(Object.keys(servers))("The 304 of %s", (server) => {
  test.each(
    (["before", "after"] as const).flatMap((order) =>
      ([false, true] as const).map((isEarly) => ({ order, isEarly, when: isEarly ? "before" : "behind" })),
    ),
  )(
    "has the tag and the Vary of its 200, compressor $order, judged $when its handler",
    async ({ order, isEarly }) => {
      for (const [name, page] of Object.entries(pages)) {
        for (const etag of ['"v1"', 'W/"v1"'] as const) {
          const { port, close } = await servers[server]!({ ...page, etag, isEarly, order });
          const connection = await connect(port);
          for (const accept of ["identity", "gzip, deflate", "gzip, deflate, br"]) {
            // Compression 1.7.4 codes no br, so that its choice is not the usual one.
            if (server.startsWith("Express 4") && accept.includes("br")) continue;
            const lines: [string, string][] = [["Accept-Encoding", accept]];
            const full = await connection.ask("GET", "/", lines);
            const own = full.field("etag")!;
            const weak = `W/${own.replace("W/", "")}`;
            const isUnknown = accept !== "identity" && !isKnown(server, isEarly, name);
            const conditions = isUnknown ? [own, weak] : [own, weak, 'W/"v1"', "*"];
            for (const condition of conditions) {
              const again = await connection.ask("GET", "/", [...lines, ["If-None-Match", condition]]);
              const what = `${name}, ${etag}, ${accept}, ${condition}`;
              expect([again.status, again.field("etag"), again.body.length], what).toEqual([304, own, 0]);
              const vary = full.field("vary")?.toLowerCase();
              // @fastify/compress sets `Vary` only on coded answers, so the 304 of an uncoded one may have it or not.
              if (server !== "Fastify" || vary) expect(again.field("vary")?.toLowerCase(), what).toBe(vary);
            }
          }
          connection.close();
          close();
        }
      }
    },
  );
});

/** The statuses that a layer between the two sends after the 304 was decided. */
const late = { "/error": 500, "/missing": 404, "/elsewhere": 302 };

const between: Record<string, () => Promise<{ port: number; close(): unknown }>> = {
  Koa: () => {
    const app = new Koa();
    app.silent = true;
    app.use(koaCompress({ threshold: 0 }));
    app.use(async (ctx, next) => {
      await next();
      if (ctx.path === "/error") throw new Error("later");
      if (ctx.path === "/missing") Object.assign(ctx, { status: 404, body: LONG });
      if (ctx.path === "/elsewhere") ctx.redirect("/");
    });
    app.use(koaConditional());
    app.use((ctx) => {
      ctx.set("ETag", '"v1"');
      Object.assign(ctx, { type: "text/plain", body: LONG });
    });
    return served(app.callback());
  },
  Fastify: async () => {
    const app = Fastify();
    await app.register(fastifyCompress, { threshold: 0 });
    await app.register(fastifyConditional);
    app.addHook("onSend", async ({ url }, reply, payload) => {
      if (url === "/error" && reply.statusCode === 200) throw new Error("later");
      if (url === "/missing") reply.code(404);
      if (url === "/elsewhere") reply.code(302).header("Location", "/");
      return payload;
    });
    app.get("/*", (_, reply) => reply.header("ETag", '"v1"').type("text/plain").send(LONG));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
};

describe("A 304 that waits for the compressor gives way to what another layer answers afterwards, §13.2.1:", () => {
  test.each(Object.keys(between))("%s", async (name) => {
    const { port, close } = await between[name]!();
    const connection = await connect(port);
    const lines: [string, string][] = [
      ["Accept-Encoding", "gzip"],
      ["If-None-Match", "*"],
    ];
    for (const [path, status] of Object.entries(late)) {
      expect((await connection.ask("GET", path, lines)).status, path).toBe(status);
    }
    expect((await connection.ask("GET", "/", lines)).status).toBe(304);
    connection.close();
    close();
  });
});
