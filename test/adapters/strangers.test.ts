// A client that may not read learns nothing (RFC 9110 §13.2.1): no 304, no 412 and no tag, whatever tag it has guessed.
import { rmSync, writeFileSync } from "node:fs";
import { route } from "@entity-tag/next";
import { afterAll, describe, expect, it, vi } from "vitest";
import { programFolder, runtimes, start } from "./bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 });

const folder = await programFolder("strangers");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Begins each program: only a client with this field may read or write. */
const shared = `
const isMine = (value: string | null | undefined) => value === "me";
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
    "Elysia, in a hook before the handler",
    "bun",
    `import { checkPreconditions, conditionalResponse } from "@entity-tag/core/fetch";
    import { Elysia } from "elysia";
    const reads = new Elysia({ name: "entity-tag" }).mapResponse({ as: "global" }, ({ request, responseValue }) =>
      responseValue instanceof Response ? conditionalResponse(request, responseValue) : undefined);
    const app = new Elysia()
      .use(reads)
      .onBeforeHandle(({ request }) =>
        isMine(request.headers.get("Authorization")) ? undefined : new Response("Sign in", { status: 401 }))
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

/** The answer to each guess for a client that may read and write. */
const owners = [200, 304, 304, 412, 428, 412, 200, 412];

async function expectNothingLearnt(ask: (init: RequestInit) => Promise<Response>): Promise<void> {
  const asked = async (own: Record<string, string>) => {
    const answers = [];
    for (const [method, headers] of guesses) {
      const body = method === "PUT" ? "text" : null;
      const answer = await ask({ method, headers: { ...headers, ...own }, body });
      answers.push([answer.status, answer.headers.get("ETag"), answer.headers.get("Last-Modified")]);
      await answer.text();
    }
    return answers;
  };
  expect(await asked({})).toEqual(guesses.map(() => [401, null, null]));
  expect((await asked({ Authorization: "me" })).map(([status]) => status)).toEqual(owners);
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
    const current = ({ headers }: Request) =>
      headers.get("Authorization") === "me"
        ? { etag: '"v1"' as const }
        : new Response("Sign in", { status: 401 });
    const handlers = route({ GET: page, PUT: page }, { current, require: true });
    await expectNothingLearnt((init) =>
      handlers[init.method as "GET" | "PUT"](new Request("http://localhost/", init), {
        params: Promise.resolve({}),
      }),
    );
  });
});
