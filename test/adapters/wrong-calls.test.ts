import * as bun from "@entity-tag/bun";
import * as deno from "@entity-tag/deno";
import { route } from "@entity-tag/next";
import { describe, expect, it } from "vitest";

type Loose = (...given: unknown[]) => unknown;
const handler = () => new Response("hello");
const current = () => ({ etag: '"v1"' as const });

/** How a handler is guarded with options, in each adapter. */
const guards: Record<string, (options: unknown, handler?: unknown) => unknown> = {
  "conditional of bun": (options, own = handler) => (bun.conditional as Loose)(own, options),
  "routes of bun": (options, own = handler) => (bun.routes as Loose)({ "/": own }, options),
  "routes of bun without a handler": (options) => (bun.routes as Loose)({ "/": false }, options),
  "conditional of deno": (options, own = handler) => (deno.conditional as Loose)(own, options),
  "route of next": (options, own = handler) => (route as Loose)({ GET: own }, options),
  "route of next without a handler": (options) => (route as Loose)({}, options),
};

describe.each(Object.entries(guards))("%s", (_, guard) => {
  it.each<[options: unknown, message: RegExp]>([
    [{ required: true }, /no option `required`: did you mean `require`\?/],
    [{ curent: current }, /no option `curent`: did you mean `current`\?/],
    [{ current: { etag: '"v1"' } }, /`current` is \{.*\}: use a function/],
    [{ current, require: ["put"] }, /`require` is \["put"\]: use .*capitals/],
    [{ current, require: "PUT" }, /`require` is "PUT"/],
    [{ current, ifmatch: "weak" }, /did you mean `ifMatch`\?/],
    [{ tag: true }, /`tag` is true: use false, a function/],
    [{ tag: "weak" }, /`tag` is "weak"/],
    [{ tag: null }, /`tag` is null/],
    [{ tag: { week: true } }, /`tag` has no option `week`: did you mean `weak`\?/],
    [null, /use an object of options/],
    ["weak", /use an object of options/],
    [[current], /use an object of options/],
    [handler, /use an object of options/],
  ])("refuses %j as options, at once", (options, message) => {
    expect(() => guard(options)).toThrow(TypeError);
    expect(() => guard(options)).toThrow(message);
  });
});

it.each(["conditional of bun", "conditional of deno"])(
  "%s refuses an app in place of its handler, at once",
  (name) => {
    for (const app of [{ fetch: handler }, new Response("hello"), null])
      expect(() => guards[name]!({}, app)).toThrow(/conditional\(\) needs a handler/);
  },
);

it.each(Object.keys(guards).filter((name) => !name.includes("without")))(
  "%s refuses require without current",
  (name) => {
    expect(() => guards[name]!({ require: true })).toThrow(/Cannot require conditions without `current`/);
  },
);

describe("Tables of handlers", () => {
  it.each<[name: string, table: unknown, message: RegExp]>([
    ["get", { get: handler }, /route\(\) has no method `get`: did you mean `GET`\?/],
    ["Put", { Put: handler }, /did you mean `PUT`\?/],
    ["PATHC", { PATHC: handler }, /did you mean `PATCH`\?/],
    ["dynamic", { GET: handler, dynamic: "force-static" }, /no method `dynamic`: use GET/],
    ["a function", handler, /given a function: use an object of handlers/],
    ["nothing", undefined, /given undefined/],
    ["a response", { GET: new Response("hello") }, /needs a handler/],
  ])("route refuses %s", (_, table, message) => {
    expect(() => (route as Loose)(table)).toThrow(message);
  });

  it.each<[name: string, table: unknown, message: RegExp]>([
    ["get", { "/": { get: handler } }, /routes\(\) at \/ has no method `get`: did you mean `GET`\?/],
    [
      "Put beside GET",
      { "/a": { GET: handler, Put: new Response("") } },
      /routes\(\) at \/a .*did you mean `PUT`\?/,
    ],
    ["a function", handler, /use a table of paths/],
    ["a response", new Response("hello"), /use a table of paths/],
    ["a list", [handler], /use a table of paths/],
    ["nothing", undefined, /given undefined: use a table of paths/],
  ])("routes refuses %s", (_, table, message) => {
    expect(() => (bun.routes as Loose)(table)).toThrow(message);
  });
});

describe("The validators of files and content", () => {
  it.each<[name: string, call: () => unknown, message: RegExp]>([
    [
      "fileState of deno, of a promise",
      () => (deno.fileState as Loose)(Promise.resolve({})),
      /Deno\.stat.*with await/,
    ],
    [
      "fileState of deno, of a path",
      () => (deno.fileState as Loose)("/etc/hostname"),
      /given \/etc\/hostname/,
    ],
    [
      "fileState of deno, of a number for a time",
      () => (deno.fileState as Loose)({ size: 1, mtime: 1 }),
      /Deno\.stat/,
    ],
    ["fileState of deno, of nothing", () => (deno.fileState as Loose)(), /given undefined/],
    ["fileState of bun, of a path", () => (bun.fileState as Loose)("/etc/hostname"), /use a Bun\.file/],
    ["fileState of bun, of nothing", () => (bun.fileState as Loose)(), /given undefined/],
    [
      "contentTag of bun, with { week }",
      () => (bun.contentTag as Loose)("a", { week: true }),
      /did you mean `weak`\?/,
    ],
    ["contentTag of bun, with true", () => (bun.contentTag as Loose)("a", true), /use an object of options/],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
