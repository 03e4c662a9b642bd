import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import type { Server } from "node:net";
import { pipeline, Readable } from "node:stream";
import { conditional } from "@entity-tag/node";
import connect from "connect";
import express from "express";
import Fastify from "fastify";
import Koa from "koa";
import polka from "polka";
import { announce, type Middleware } from "./node-handlers.ts";
import { streamed } from "./streams.ts";

const judge: Middleware = conditional();

/** A source that ends when its client has left, as with `pipeline`. */
const send = (request: IncomingMessage, response: ServerResponse): void => {
  const { headers, body } = streamed(request.url ?? "");
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const content = contentOf(body);
  if (content instanceof Readable) pipeline(content, response, () => {});
  else response.end(content);
};

const judgeAndSend = (request: IncomingMessage, response: ServerResponse): void =>
  judge(request, response, () => send(request, response));

function koa() {
  const app = new Koa();
  app.silent = true;
  app.use((ctx, next) => new Promise((resolve) => judge(ctx.req, ctx.res, () => resolve(next()))));
  app.use((ctx) => {
    const { headers, body } = streamed(ctx.path);
    ctx.set(headers);
    ctx.body = contentOf(body);
  });
  return createServer(app.callback());
}

async function fastify() {
  const app = Fastify();
  app.addHook("onRequest", (request, reply, done) => judge(request.raw, reply.raw, done));
  app.get("/*", (request, reply) => {
    const { headers, body } = streamed(request.url);
    return reply.headers(headers).send(contentOf(body));
  });
  await app.ready();
  return app.server;
}

/** The handlers in the form that frameworks accept. */
function contentOf(body: ReturnType<typeof streamed>["body"]): string | Buffer | Readable {
  if (typeof body === "function") return Readable.from(body(), { objectMode: false });
  return typeof body === "string" ? body : Buffer.from(body.buffer);
}

const servers: Record<string, () => Server | Promise<Server>> = {
  "node:http": () => createServer(judgeAndSend),
  // The compatibility API has the shape of node:http, although its types do not say so.
  "node:http2": () => createHttp2Server(judgeAndSend as never),
  Express: () => createServer(express().use(judge).use(send)),
  Connect: () => createServer(connect().use(judge).use(send)),
  Polka: () => createServer(polka().use(judge).use(send).handler as never),
  Fastify: fastify,
  Koa: koa,
};

announce(await servers[process.argv[2]!]!());
