import type { RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { conditional as forFastify } from "@entity-tag/fastify";
import { conditional as forKoa } from "@entity-tag/koa";
import { conditional } from "@entity-tag/node";
import fastifyCompress from "@fastify/compress";
import { getRequestListener } from "@hono/node-server";
import compression from "compression";
import express, { type RequestHandler } from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { compress } from "hono/compress";
import Koa from "koa";
import koaCompress from "koa-compress";
import { listen, pages, type Settings } from "./origin.ts";

interface Served {
  url: string;
  stop(): unknown;
}

/** Serves a page through a compressor in the same process, with our layer or without. */
export type Serve = (settings: Settings, isOurs: boolean) => Promise<Served>;

const express5 = (layers: (isOurs: boolean) => RequestHandler[]): Serve => {
  return async (settings, isOurs) => {
    const app = express().set("etag", false);
    for (const layer of layers(isOurs)) app.use(layer);
    const answer: RequestListener = getRequestListener(await pages(settings));
    return listen(app.use((req, res) => void answer(req, res)));
  };
};

const ours = (isOurs: boolean): RequestHandler[] => (isOurs ? [conditional()] : []);

export const compressors: Record<string, Serve> = {
  "Express compression, outside conditional()": express5((isOurs) => [compression(), ...ours(isOurs)]),
  "Express compression, inside conditional()": express5((isOurs) => [...ours(isOurs), compression()]),
  "@fastify/compress": async (settings, isOurs) => {
    const answer = await pages(settings);
    const app = Fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
    await app.register(fastifyCompress);
    if (isOurs) await app.register(forFastify);
    app.all("/pages/*", async (request, reply) => {
      const { method, url, headers, body } = request;
      const response = await answer(requestOf(method, url, headers, body as string | undefined));
      reply.code(response.status).headers(Object.fromEntries(response.headers));
      return reply.send(await response.text());
    });
    const url = await app.listen({ port: 0, host: "127.0.0.1" });
    return { url, stop: () => app.close() };
  },
  "koa-compress": async (settings, isOurs) => {
    const answer = await pages(settings);
    const app = new Koa();
    app.use(koaCompress());
    if (isOurs) app.use(forKoa());
    app.use(async (ctx) => {
      const response = await answer(requestOf(ctx.method, ctx.url, ctx.headers, await text(ctx.req)));
      ctx.status = response.status;
      ctx.set(Object.fromEntries(response.headers));
      ctx.body = response.status === 204 ? null : await response.text();
    });
    return listen(app.callback());
  },
  "Hono's compress": async (settings) => {
    const answer = await pages(settings);
    const app = new Hono().use(compress()).all("/pages/*", (c) => answer(c.req.raw));
    return listen(getRequestListener(app.fetch));
  },
};

function requestOf(method: string, url: string, fields: object, body: string | undefined): Request {
  const headers = new Headers(Object.entries(fields) as [string, string][]);
  return new Request(new URL(url, "http://localhost"), {
    method,
    headers,
    body: body || undefined,
  } as RequestInit);
}
