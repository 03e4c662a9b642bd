import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { conditional as fetchConditional } from "@entity-tag/core/fetch";
import { conditional as fastifyConditional } from "@entity-tag/fastify";
import { conditional as koaConditional } from "@entity-tag/koa";
import { checkPreconditions, conditional, contentTag, fileState, fileTag } from "@entity-tag/node";
import { beforeHead } from "@entity-tag/node/before-head";
import express from "express";
import fastify from "fastify";
import Koa from "koa";
import { describe, expect, test } from "vitest";
import { ask, serving } from "./wire.ts";

type Call = (req: IncomingMessage, res: ServerResponse) => unknown;

/** The error of a call in a handler. Without an error, the mistake would stay hidden. */
async function errorOf(call: Call): Promise<unknown> {
  let error: unknown;
  await serving(
    (req, res) => {
      try {
        call(req, res);
      } catch (thrown) {
        error = thrown;
      }
      res.end();
    },
    (port) => ask(port, "GET", "/"),
  );
  return error;
}

const state = { etag: '"v1"' } as const;
const check = checkPreconditions as (...args: unknown[]) => unknown;
const middleware = conditional() as (...args: unknown[]) => unknown;
const transport = beforeHead as (...args: unknown[]) => unknown;
const hook = () => {};

describe("A wrong call throws a TypeError that says what to give:", () => {
  test.each<[string, Call, RegExp]>([
    ["checkPreconditions(res, req, state)", (req, res) => check(res, req, state), /they are swapped/],
    [
      "checkPreconditions(req, state)",
      (req) => check(req, state),
      /needs the request and the response of Node/,
    ],
    [
      "checkPreconditions(req, state, res)",
      (req, res) => check(req, state, res),
      /needs the request and the response/,
    ],
    [
      "checkPreconditions(ctx, state)",
      (req, res) => check({ req, res }, state),
      /`ctx\.req` and `ctx\.res` of Koa/,
    ],
    [
      "checkPreconditions(req, reply, state)",
      (req) => check(req, { header() {} }, state),
      /`reply\.raw` of Fastify/,
    ],
    [
      "checkPreconditions(request, res, state), of Fetch",
      (_, res) => check(new Request("http://localhost/"), res, state),
      /@entity-tag\/core\/fetch/,
    ],
    ["checkPreconditions(req, new Response(), state)", (req) => check(req, new Response(), state), /of Node/],
    ["checkPreconditions(req, res)", (req, res) => check(req, res), /current state is undefined: use null/],
    [
      "checkPreconditions(req, res, tag)",
      (req, res) => check(req, res, '"v1"'),
      /use null if nothing is here/,
    ],
    [
      "checkPreconditions(req, res, promise)",
      (req, res) => check(req, res, Promise.resolve(state)),
      /use null/,
    ],
    ["checkPreconditions(req, res, function)", (req, res) => check(req, res, () => state), /use null/],
    [
      "checkPreconditions(req, res, stats)",
      (req, res) => check(req, res, statSync(".")),
      /use fileState\(stats\)/,
    ],
    ["checkPreconditions(…, true)", (req, res) => check(req, res, state, true), /use an object of options/],
    [
      "checkPreconditions(…, { requier })",
      (req, res) => check(req, res, state, { requier: true }),
      /did you mean `require`/,
    ],
    ["conditional()(res, req, next)", (req, res) => middleware(res, req, hook), /they are swapped/],
    ["conditional()(req, res)", (req, res) => middleware(req, res), /give it a function `next`/],
    [
      "conditional({ dropTimeoutMs: Infinity })",
      () => conditional({ dropTimeoutMs: Infinity }),
      /2,147,483,647/,
    ],
    [
      "conditional({ maxDroppedBytes: -1 })",
      () => conditional({ maxDroppedBytes: -1 }),
      /a number from 0 on/,
    ],
    ["beforeHead(res, req, hook)", (req, res) => transport(res, req, hook), /they are swapped/],
    ["beforeHead(req, res)", (req, res) => transport(req, res), /use a function/],
    ["beforeHead(res, hook)", (_, res) => transport(res, hook), /needs the request and the response/],
    [
      "beforeHead(…, { maxDropedBytes })",
      (req, res) => transport(req, res, hook, { maxDropedBytes: 1 }),
      /did you mean `maxDroppedBytes`/,
    ],
    [
      "beforeHead(…, { dropTimeoutMs: text })",
      (req, res) => transport(req, res, hook, { dropTimeoutMs: "1" }),
      /milliseconds/,
    ],
    ["contentTag({})", () => contentTag({} as never), /use a string, an ArrayBuffer or a view/],
    ["contentTag(promise)", () => contentTag(Promise.resolve("x") as never), /use a string/],
    ["contentTag(content, true)", () => contentTag("x", true as never), /use an object of options/],
    ["contentTag(content, 'weak')", () => contentTag("x", "weak"), /use an object of options/],
    ["contentTag(content, { weka })", () => contentTag("x", { weka: true } as never), /did you mean `weak`/],
    [
      "contentTag(content, { weak: text })",
      () => contentTag("x", { weak: "yes" } as never),
      /use true or false/,
    ],
    ["fileTag(path)", () => fileTag("/etc/hosts" as never), /use what `await stat\(path\)` gives/],
    ["fileTag()", () => fileTag(undefined as never), /await stat/],
    ["fileTag(promise)", () => fileTag(stat(".") as never), /await stat/],
    ["fileState(path)", () => fileState("/etc/hosts" as never), /await stat/],
    ["fileState(promise)", () => fileState(stat(".") as never), /await stat/],
    ["fileState({ size })", () => fileState({ size: 1 } as never), /the time undefined/],
  ])("%s", async (_, call, words) => {
    const error = await errorOf(call);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toMatch(words);
  });
});

/** Reads a page of Express behind this middleware: the error that Express gets, or "no error". */
async function errorInExpress(middleware: unknown): Promise<unknown> {
  let error: unknown = "no error";
  const app = express().use(middleware as express.RequestHandler);
  app.get("/", (_req, res) => void res.send("hello"));
  app.use(((thrown, _req, res, _next) => {
    error = thrown;
    res.sendStatus(500);
  }) as express.ErrorRequestHandler);
  await serving(app, (port) => ask(port, "GET", "/"));
  return error;
}

describe("A `conditional` of another kind, or one that is not called, throws a TypeError in", () => {
  test.each<[name: string, middleware: unknown, message: RegExp]>([
    ["Express, not called", conditional, /use what it returns, as in app\.use\(conditional\(\)\)/],
    ["Express, of Koa", koaConditional(), /needs a context of Koa: for Express, use @entity-tag\/node/],
    [
      "Express, of Fastify",
      fastifyConditional,
      /it is a plugin, as in app\.register\(conditional, options\)/,
    ],
    ["Express, of core", fetchConditional, /Middleware is in @entity-tag\/node and @entity-tag\/koa/],
  ])("%s", async (_, middleware, message) => {
    const error = await errorInExpress(middleware);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(message);
  });

  test("Fastify, as a hook", async () => {
    const app = fastify();
    app.addHook("preHandler", fastifyConditional as never);
    app.get("/", () => "hello");
    const answer = await app.inject("/");
    expect([answer.statusCode, answer.json().message]).toEqual([
      500,
      "Cannot call `conditional` itself: it is a plugin, as in app.register(conditional, options)",
    ]);
  });

  test("Fastify, called", async () => {
    await expect((fastifyConditional as unknown as () => Promise<void>)()).rejects.toThrow(/it is a plugin/);
  });

  test.each<[name: string, middleware: unknown, message: RegExp]>([
    ["not called", koaConditional, /use what it returns, as in app\.use\(conditional\(\)\)/],
    ["of node", conditional(), /response of Node: .*, or their own packages$/],
  ])("Koa, %s", async (_, middleware, message) => {
    const app = new Koa();
    const failed = new Promise((resolve) => app.on("error", resolve));
    app.use(middleware as Koa.Middleware);
    await serving(app.callback(), (port) => ask(port, "GET", "/"));
    const error = await failed;
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(message);
  });
});

test("contentTag takes a text encoding, which Express gives it", () => {
  expect(contentTag("hello", "utf8")).toBe(contentTag("hello"));
});
