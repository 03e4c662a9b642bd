import { hash } from "node:crypto";
import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { getRequestListener } from "@hono/node-server";
import { toNodeHandler } from "h3/node";
import type { Role } from "../contenders/contender.ts";
import { h3, honoApp } from "./fetch-apps.ts";
import { page, type Source } from "./page.ts";

/** Serves the page on Node. Each app has its own way to answer 304. */
export interface NodeApp {
  role: Role;
  /** The sources that it supports. */
  sources: readonly Source[];
  make(source: Source): RequestListener | Promise<RequestListener>;
}

const require = createRequire(import.meta.url);
const both = ["known", "content"] as const;

export const nodeApps: Record<string, NodeApp> = {
  "node:http and one ===": {
    role: "floor",
    sources: both,
    make: (source) => (req, res) => {
      const tag = source === "known" ? page.tag : `"${hash("sha256", page.body, "base64")}"`;
      res.setHeader("ETag", tag);
      if (req.headers["if-none-match"] === tag) return res.writeHead(304).end();
      res.setHeader("Content-Type", page.type).end(page.body);
    },
  },
  checkPreconditions: {
    role: "ours",
    sources: ["known"],
    make: () => (req, res) => {
      if (checkPreconditions(req, res, { etag: page.tag })) return;
      res.setHeader("Content-Type", page.type).end(page.body);
    },
  },
  "conditional()": {
    role: "ours",
    sources: both,
    make: (source) => {
      const middleware = conditional();
      return (req, res) =>
        middleware(req, res, () => {
          if (source === "known") res.setHeader("ETag", page.tag);
          res.setHeader("Content-Type", page.type).end(page.body);
        });
    },
  },
  "Express with conditional()": {
    role: "ours",
    sources: both,
    make: (source) => {
      const app = require("express")();
      app.set("etag", false).use(conditional());
      return app.get("/page", expressHandler(source));
    },
  },
  Express: {
    role: "peer",
    sources: both,
    make: (source) => require("express")().get("/page", expressHandler(source)),
  },
  Koa: {
    role: "peer",
    sources: both,
    make: (source) => {
      const app = new (require("koa"))();
      app.use(require("koa-conditional-get")());
      app.use(quietly(() => require("koa-etag").default()));
      app.use((ctx: { set(name: string, value: string): void; type: string; body: string }) => {
        if (source === "known") ctx.set("ETag", page.tag);
        ctx.type = page.type;
        ctx.body = page.body;
      });
      return app.callback();
    },
  },
  "Fastify with @fastify/etag": {
    role: "peer",
    sources: both,
    make: async (source) => {
      const app = require("fastify")();
      app.register(require("@fastify/etag"));
      app.get("/page", (_: unknown, reply: FastifyReply) => {
        if (source === "known") reply.header("ETag", page.tag);
        reply.type(page.type).send(page.body);
      });
      await app.ready();
      return app.routing;
    },
  },
  "Hono, etag()": {
    role: "peer",
    sources: both,
    make: (source) => getRequestListener(honoApp(source).fetch),
  },
  "h3, handleCacheHeaders": {
    role: "peer",
    sources: ["known"],
    make: () => toNodeHandler(h3),
  },
};

interface ExpressResponse {
  set(name: string, value: string): void;
  type(type: string): ExpressResponse;
  send(body: string): void;
}

interface FastifyReply {
  header(name: string, value: string): void;
  type(type: string): FastifyReply;
  send(body: string): void;
}

function expressHandler(source: Source) {
  return (_: unknown, res: ExpressResponse) => {
    if (source === "known") res.set("ETag", page.tag);
    res.type(page.type).send(page.body);
  };
}

/** koa-etag prints that it has a new name. */
function quietly<T>(make: () => T): T {
  const { warn } = console;
  console.warn = () => {};
  try {
    return make();
  } finally {
    console.warn = warn;
  }
}
