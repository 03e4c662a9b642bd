// A client that may not read learns nothing (RFC 9110 §13.2.1): no 304, no 412 and no tag, whatever tag it has guessed.
import { rmSync, writeFileSync } from "node:fs";
import { route } from "@entity-tag/next";
import { afterAll, describe, expect, it, vi } from "vitest";
import { programFolder, runtimes, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const folder = await programFolder("strangers");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Begins each program: only a client with this field may read or write. With another, the check itself fails. */
const shared = `
const isMine = (value: string | null | undefined) => {
  if (value === "fail") throw new Error("The list of users cannot be read");
  return value === "me";
};
const current = ({ headers }: Request) =>
  isMine(headers.get("Authorization")) ? { etag: '"v1"' as const } : new Response("Sign in", { status: 401 });
const page = () => new Response("Hello", { headers: { ETag: '"v1"' } });
`;

/** A place to authorize in each framework: in `current`, or in a layer outside. */
const programs: [name: string, runtime: "node" | "bun" | "deno", code: string][] = [
  [
    "Deno, in current",
    "deno",
    `import { conditional } from "@entity-tag/deno";
    const onListen = ({ port }: { port: number }) => console.log("http://localhost:" + port);
    Deno.serve({ port: 0, onListen }, conditional(() => new Response("Hello"), { current, require: true }));`,
  ],
  [
    "Bun's fetch, in current",
    "bun",
    `import { conditional } from "@entity-tag/bun";
    const fetch = conditional(() => new Response("Hello"), { current, require: true });
    console.log("http://localhost:" + Bun.serve({ port: 0, fetch }).port);`,
  ],
  [
    "Bun's routes, in current",
    "bun",
    `import { routes } from "@entity-tag/bun";
    const all = () => new Response("Hello");
    const table = routes({ "/": { GET: all, PUT: all } }, { current, require: true });
    console.log("http://localhost:" + Bun.serve({ port: 0, routes: table }).port);`,
  ],
  [
    "Express, in a layer in front of the routes",
    "node",
    `import { checkPreconditions, conditional } from "@entity-tag/node";
    import express from "express";
    const app = express().set("etag", false).use(conditional());
    app.use((req, res, next) => (isMine(req.headers.authorization) ? next() : res.status(401).send("Sign in")));
    app.all("/", (req, res) => {
      if (!checkPreconditions(req, res, { etag: '"v1"' }, { require: true })) res.send("Hello");
    });
    const server = app.listen(0, () => console.log("http://localhost:" + server.address().port));`,
  ],
  [
    "node:http, in front of conditional",
    "node",
    `import { checkPreconditions, conditional } from "@entity-tag/node";
    import { createServer } from "node:http";
    const late = conditional();
    const server = createServer((req, res) => {
      try {
        if (!isMine(req.headers.authorization)) return res.writeHead(401).end("Sign in");
      } catch {
        return res.writeHead(500).end();
      }
      late(req, res, () => {
        if (!checkPreconditions(req, res, { etag: '"v1"' }, { require: true })) res.end("Hello");
      });
    });
    server.listen(0, () => console.log("http://localhost:" + server.address().port));`,
  ],
  ...["a hook before the plugin judges", "current"].map((place): [string, "node", string] => [
    `Fastify, in ${place}`,
    "node",
    `import { conditional } from "@entity-tag/fastify";
    import fastify from "fastify";
    const app = fastify();
    app.addHttpMethod("QUERY", { hasBody: true });
    if (${place !== "current"})
      app.addHook("onRequest", async (request, reply) => {
        if (!isMine(request.headers.authorization)) return reply.code(401).send("Sign in");
      });
    const inCurrent = ({ headers }) =>
      isMine(headers.authorization) ? { etag: '"v1"' } : new Response("Sign in", { status: 401 });
    app.register(conditional, { current: ${place === "current"} ? inCurrent : () => ({ etag: '"v1"' }), require: true });
    app.register(async (scope) => { scope.all("/", (request, reply) => reply.send("Hello")); });
    await app.listen({ port: 0 });
    console.log("http://localhost:" + app.server.address().port);`,
  ]),
  ...["middleware in front", "current"].map((place): [string, "node", string] => [
    `Koa, in ${place}`,
    "node",
    `import { conditional } from "@entity-tag/koa";
    import Koa from "koa";
    const app = new Koa();
    app.silent = true;
    if (${place !== "current"})
      app.use((ctx, next) => (isMine(ctx.get("Authorization")) ? next() : ctx.throw(401)));
    const inCurrent = (ctx) =>
      isMine(ctx.get("Authorization")) ? { etag: '"v1"' } : new Response("Sign in", { status: 401 });
    app.use(conditional({ current: ${place === "current"} ? inCurrent : () => ({ etag: '"v1"' }), require: true }));
    app.use((ctx) => { ctx.body = "Hello"; });
    const server = app.listen(0, () => console.log("http://localhost:" + server.address().port));`,
  ]),
  [
    "a resource, in authorize",
    "node",
    `import { resource } from "@entity-tag/store";
    import { memoryStore } from "@entity-tag/store/memory";
    import { serve } from "srvx";
    const store = memoryStore();
    await store.swap("a", null, "Hello");
    const authorize = ({ headers }) =>
      isMine(headers.get("Authorization")) || new Response("Sign in", { status: 401 });
    const notes = resource(store, { key: "a", authorize, contentType: "text/plain", require: true });
    const server = serve({ fetch: notes, port: 0, silent: true });
    await server.ready();
    console.log(server.url);`,
  ],
  [
    "Hono, in a layer behind conditional",
    "node",
    `import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
    import { serve } from "@hono/node-server";
    import { Hono } from "hono";
    const app = new Hono();
    app.use(async (c, next) => (isMine(c.req.header("Authorization")) ? next() : c.text("Sign in", 401)));
    app.all("/", (c) => checkPreconditions(c.req.raw, { etag: '"v1"' }, { require: true }) ?? page());
    serve({ fetch: conditional(app.fetch), port: 0 }, ({ port }) => console.log("http://localhost:" + port));`,
  ],
  [
    "h3, in a layer behind conditional",
    "node",
    `import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
    import { H3 } from "h3";
    import { serve } from "srvx";
    const app = new H3();
    app.use(({ req }, next) =>
      isMine(req.headers.get("Authorization")) ? next() : new Response("Sign in", { status: 401 }));
    app.all("/", ({ req }) => checkPreconditions(req, { etag: '"v1"' }, { require: true }) ?? page());
    const server = serve({ fetch: conditional(app.fetch), port: 0, silent: true });
    await server.ready();
    console.log(server.url);`,
  ],
  [
    "Elysia, in a hook that sets the status",
    "bun",
    `import { conditional } from "@entity-tag/bun";
    import { checkPreconditions } from "@entity-tag/core/fetch";
    import { Elysia } from "elysia";
    const reads = new Elysia({ name: "entity-tag" }).wrap((fetch) => conditional((request) => fetch(request)));
    const app = new Elysia()
      .use(reads)
      .onBeforeHandle(({ request, set }) => {
        if (isMine(request.headers.get("Authorization"))) return;
        set.status = 401;
        return new Response("Sign in");
      })
      .all("/", ({ request }) => checkPreconditions(request, { etag: '"v1"' }, { require: true }) ?? page())
      .listen(0);
    console.log("http://localhost:" + app.server.port);`,
  ],
];

const guesses: [method: string, headers: Record<string, string>][] = [
  ["GET", {}],
  ["GET", { "If-None-Match": '"v1"' }],
  ["GET", { "If-None-Match": "*" }],
  ["GET", { "If-Match": '"v0"' }],
  ["PUT", {}],
  ["PUT", { "If-Match": '"v0"' }],
  ["PUT", { "If-Match": '"v1"' }],
  ["PUT", { "If-None-Match": "*" }],
];

type Context = { params: Promise<Record<string, string>> };

/** The answer to each guess for a client that may read and write. */
const owners = [200, 304, 304, 412, 428, 412, 200, 412];

/** More guesses, and other methods. A framework may refuse a method before it asks who sends it. */
const more: typeof guesses = [
  ["HEAD", { "If-None-Match": '"v1"' }],
  ["HEAD", { "If-Match": '"v0"' }],
  ["OPTIONS", { "If-Match": '"v0"' }],
  ["QUERY", { "If-None-Match": '"v1"', "Content-Type": "text/plain" }],
  ["GET", { Range: "bytes=0-0", "If-Range": '"v1"' }],
  ["GET", { Range: "bytes=99-", "If-None-Match": '"v1"' }],
  ["GET", { "If-Modified-Since": new Date().toUTCString() }],
  ["DELETE", { "If-Unmodified-Since": new Date(0).toUTCString() }],
  ["PATCH", { "If-Match": '"v1"' }],
  ["POST", { "If-None-Match": "*" }],
];

async function expectNothingLearnt(ask: (init: RequestInit) => Promise<Response>): Promise<void> {
  const owner = { Authorization: "me" };
  const etag = (await ask({ headers: owner })).headers.get("ETag")!;
  const asked = async (list: typeof guesses, own: Record<string, string>) => {
    const answers = [];
    for (const [method, guessed] of list) {
      const right = Object.entries(guessed).map(([name, value]) => [name, value === '"v1"' ? etag : value]);
      const headers = Object.fromEntries(right);
      const body = /^P|^QUERY/.test(method) ? "text" : null;
      const answer = await ask({ method, headers: { ...headers, ...own }, body });
      answers.push([answer.status, answer.headers.get("ETag"), answer.headers.get("Last-Modified")]);
      await answer.text();
    }
    return answers;
  };
  expect(await asked(guesses, {})).toEqual(guesses.map(() => [401, null, null]));
  const seen = (await asked(guesses, owner)).map(([status]) => (status === 204 ? 200 : status));
  expect(seen).toEqual(owners);
  for (const [status, ...validators] of await asked(more, {})) {
    expect([400, 401, 404, 405]).toContain(status);
    expect(validators).toEqual([null, null]);
  }
  // When the check itself fails, the error says nothing of the state.
  for (const answer of await asked([...guesses, ...more.slice(0, 2)], { Authorization: "fail" })) {
    expect(answer).toEqual([500, null, null]);
  }
}

describe.concurrent("a client that may not read gets no 304, 412 or tag from", () => {
  it.for(programs)("%s", async ([name, runtime, code]) => {
    const file = `${folder}/${name.replace(/\W+/g, "-")}.ts`;
    writeFileSync(file, `${shared}\n${code}`);
    const server = await start([...runtimes[runtime], file]);
    try {
      await expectNothingLearnt((init) => fetch(`http://localhost:${server.port}/`, init));
    } finally {
      server.stop();
    }
  });

  it("Next, in current", async () => {
    const page = () => new Response("Hello");
    const current = ({ headers }: Request) => {
      const who = headers.get("Authorization");
      if (who === "fail") throw new Error("The list of users cannot be read");
      return who === "me" ? { etag: '"v1"' as const } : new Response("Sign in", { status: 401 });
    };
    const handlers: Record<string, (request: Request, context: Context) => Promise<Response>> = route(
      { GET: page, PUT: page },
      { current, require: true },
    );
    // Next itself answers HEAD with the handler of GET, a method without a handler with 405, and an error with 500.
    await expectNothingLearnt(async (init) => {
      const handler = handlers[(init.method ?? "GET").replace("HEAD", "GET")];
      if (!handler) return new Response(null, { status: 405 });
      const answer = handler(new Request("http://localhost/", init), { params: Promise.resolve({}) });
      return answer.catch(() => new Response(null, { status: 500 }));
    });
  });
});
