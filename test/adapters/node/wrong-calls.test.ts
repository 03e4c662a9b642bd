import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { checkPreconditions, conditional, contentTag, fileState, fileTag } from "@entity-tag/node";
import { beforeHead } from "@entity-tag/node/before-head";
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

test("contentTag takes a text encoding, which Express gives it", () => {
  expect(contentTag("hello", "utf8")).toBe(contentTag("hello"));
});
