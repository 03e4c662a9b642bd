import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { strong, versionTag } from "@entity-tag/core";
import { conditional as fastifyConditional } from "@entity-tag/fastify";
import { conditional as koaConditional } from "@entity-tag/koa";
import fastifyCompress from "@fastify/compress";
import fastifyCors from "@fastify/cors";
import Fastify, { type FastifyInstance } from "fastify";
import Koa from "koa";
import koaCompress from "koa-compress";
import { describe, expect, test } from "vitest";
import { type Answer, ask } from "./wire.ts";

type Lines = (readonly [string, string])[];

const TEXT = "the same café, in many words and at some length. ".repeat(60);
const gzip = ["Accept-Encoding", "gzip"] as const;
const orders = ["none", "before", "after"] as const;
const payloads = {
  text: () => TEXT,
  buffer: () => Buffer.from(TEXT),
  stream: () => Readable.from([TEXT], { objectMode: false }),
  response: () => new Response(TEXT, { headers: { "Content-Type": "text/plain" } }),
};
type Payload = keyof typeof payloads;

/** A page that is judged by its answer, beside a compressor. */
const late: Record<string, (order: (typeof orders)[number], etag?: string) => Promise<Served>> = {
  Fastify: async (order, etag) => {
    const app = Fastify({ exposeHeadRoutes: true });
    await app.register(fastifyCors);
    if (order === "before") await app.register(fastifyCompress, { threshold: 0 });
    await app.register(fastifyConditional);
    if (order === "after") await app.register(fastifyCompress, { threshold: 0 });
    app.get("/:payload", (request, reply) => {
      if (etag) reply.header("ETag", etag);
      reply.type("text/plain");
      return reply.send(payloads[(request.params as { payload: Payload }).payload]());
    });
    return servedFastify(app);
  },
  Koa: async (order, etag) => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      ctx.set("Access-Control-Allow-Origin", "*");
    });
    if (order === "before") app.use(koaCompress({ threshold: 0 }));
    app.use(koaConditional());
    if (order === "after") app.use(koaCompress({ threshold: 0 }));
    app.use((ctx) => {
      const make = payloads[ctx.path.slice(1) as Payload];
      if (make === undefined) return;
      if (etag) ctx.set("ETag", etag);
      ctx.type = "text/plain";
      ctx.body = make();
    });
    return servedKoa(app);
  },
};

interface Served {
  port: number;
  close(): unknown;
}

async function servedFastify(app: FastifyInstance): Promise<Served> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

async function servedKoa(app: Koa): Promise<Served> {
  app.silent = true;
  const server = createServer(app.callback()).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

const textOf = (answer: Answer) =>
  (answer.field("content-encoding") === "gzip" ? gunzipSync(answer.body) : answer.body).toString();

describe.each(Object.entries(late))("%s, judged by its answer:", (framework, serve) => {
  describe.each(orders)("with a compressor %s,", (order) => {
    // koa-compress treats a Response as an object, and sends "{}".
    const isResponseLost = framework === "Koa" && order !== "none";
    test.each(Object.keys(payloads).filter((payload) => payload !== "response" || !isResponseLost))(
      "no two codings share a strong tag, and each is revalidated: %s",
      async (payload) => {
        const { port, close } = await serve(order, '"v1"');
        const tags = [];
        for (const accept of [gzip, ["Accept-Encoding", "identity"] as const]) {
          const full = await ask(port, "GET", `/${payload}`, [accept]);
          expect([full.status, textOf(full)]).toEqual([200, TEXT]);
          const etag = full.field("etag")!;
          tags.push(etag);
          for (const condition of [etag, `"x", ${etag}`]) {
            const again = await ask(port, "GET", `/${payload}`, [accept, ["If-None-Match", condition]]);
            expect([again.status, again.field("etag"), again.body.length]).toEqual([304, etag, 0]);
            for (const about of ["type", "encoding", "length"])
              expect(again.field(`content-${about}`)).toBeUndefined();
            expect(again.field("access-control-allow-origin")).toBe("*");
          }
        }
        expect(tags).toEqual([order === "none" ? '"v1"' : '"v1-gzip"', '"v1"']);
        const refused = await ask(port, "GET", `/${payload}`, [gzip, ["If-Match", '"v0"']]);
        expect([refused.status, refused.field("etag"), refused.field("access-control-allow-origin")]).toEqual(
          [412, expect.stringMatching(/^"v1(-gzip)?"$/), "*"],
        );
        expect(JSON.parse(textOf(refused)).status).toBe(412);
        expect((await ask(port, "GET", `/${payload}`, [gzip, ["If-Match", '"v1-gzip"']])).status).toBe(200);
        await close();
      },
    );
  });

  test.each(["text", "buffer"])("an answer without a tag gets a weak one: %s", async (payload) => {
    const { port, close } = await serve("none");
    const full = await ask(port, "GET", `/${payload}`);
    expect(full.field("etag")).toMatch(/^W\/"/);
    expect((await ask(port, "GET", `/${payload}`, [["If-None-Match", full.field("etag")!]])).status).toBe(
      304,
    );
    expect((await ask(port, "GET", "/none/at/all", [["If-None-Match", "*"]])).status).toBe(404);
    await close();
  });
});

describe.each(["before", "after"] as const)("Fastify, with a compressor %s:", (order) => {
  test.each([undefined, 'W/"v1"', '"v1"'])("the 304 has the Vary of its 200: %s", async (etag) => {
    const { port, close } = await late.Fastify!(order, etag);
    const full = await ask(port, "GET", "/text", [gzip]);
    expect([full.status, full.field("vary")]).toEqual([200, "accept-encoding"]);
    for (const condition of [full.field("etag")!, "*"]) {
      const again = await ask(port, "GET", "/text", [gzip, ["If-None-Match", condition]]);
      expect([again.status, again.field("vary")?.toLowerCase()]).toEqual([304, "accept-encoding"]);
    }
    await close();
  });
});

/** A page that is judged before its handler, and counts the writes. */
const early: Record<string, (page: { version: number }) => Promise<Served>> = {
  Fastify: async (page) => {
    const app = Fastify();
    await app.register(fastifyCors);
    await app.register(fastifyConditional, {
      current: () => ({ etag: versionTag(page.version) }),
      require: true,
    });
    app.get("/", (request, reply) =>
      request.headers.accept === "error" ? reply.code(500).send("no") : TEXT,
    );
    app.put("/", () => {
      page.version++;
      return "written";
    });
    return servedFastify(app);
  },
  Koa: async (page) => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      ctx.set("Access-Control-Allow-Origin", "*");
    });
    app.use(
      koaConditional({
        current: (ctx) => (ctx.path === "/" ? { etag: versionTag(page.version) } : undefined),
        require: true,
      }),
    );
    app.use((ctx) => {
      if (ctx.path !== "/") return;
      if (ctx.method === "PUT") page.version++;
      if (ctx.get("Accept") === "error") ctx.status = 500;
      ctx.body = TEXT;
    });
    return servedKoa(app);
  },
};

describe.each(Object.entries(early))("%s, judged before its handler:", (_, serve) => {
  test.each<[status: number, method: string, lines: Lines, etag: string | undefined, version: number]>([
    [200, "GET", [], '"1"', 1],
    [304, "GET", [["If-None-Match", '"1"']], '"1"', 1],
    [304, "GET", [gzip, ["If-None-Match", '"1-gzip"']], '"1-gzip"', 1],
    [500, "GET", [["Accept", "error"]], undefined, 1],
    [428, "PUT", [], undefined, 1],
    [412, "PUT", [["If-Match", '"0"']], '"1"', 1],
    [200, "PUT", [["If-Match", '"1"']], undefined, 2],
    [200, "PUT", [["If-Match", '"1-gzip"']], undefined, 2],
  ])("%i to %s with %j", async (status, method, lines, etag, version) => {
    const page = { version: 1 };
    const { port, close } = await serve(page);
    const answer = await ask(port, method, "/", [["Origin", "https://a.example"], ...lines]);
    expect([answer.status, answer.field("etag"), page.version]).toEqual([status, etag, version]);
    expect(answer.field("access-control-allow-origin")).toBe("*");
    if (status === 412 || status === 428) expect(JSON.parse(answer.body.toString()).status).toBe(status);
    expect((await ask(port, "PUT", "/none", [["If-Match", '"1"']])).status).toBe(404);
    await close();
  });
});

/** A page that only its owner may read or write, and that refuses a stranger in several ways. */
const owned: Record<string, (refuse: () => Response, seen: { runs: number }) => Promise<Served>> = {
  Fastify: async (refuse, seen) => {
    const app = Fastify({ exposeHeadRoutes: true });
    await app.register(fastifyCors);
    await app.register(fastifyCompress, { threshold: 0 });
    await app.register(fastifyConditional, {
      current: ({ headers }) => (headers.authorization ? { etag: strong("v1") } : refuse()),
      require: true,
    });
    const handle = () => {
      seen.runs++;
      return TEXT;
    };
    app.get("/", handle);
    app.put("/", handle);
    return servedFastify(app);
  },
  Koa: async (refuse, seen) => {
    const app = new Koa();
    app.use(async (ctx, next) => {
      await next();
      ctx.set("Access-Control-Allow-Origin", "*");
    });
    app.use(koaCompress({ threshold: 0 }));
    app.use(
      koaConditional({
        current: (ctx) => (ctx.get("Authorization") ? { etag: strong("v1") } : refuse()),
        require: true,
      }),
    );
    app.use((ctx) => {
      seen.runs++;
      ctx.body = TEXT;
    });
    return servedKoa(app);
  },
};

const noPage = "This page is not yours to see. ".repeat(9);
const refusals: Record<string, () => Response> = {
  "401 with content": () =>
    new Response(noPage, { status: 401, headers: { "WWW-Authenticate": "Bearer", "X-Why": "stranger" } }),
  "403 without content": () => new Response(null, { status: 403 }),
  "a redirect": () => new Response(null, { status: 303, headers: { Location: "/login" } }),
  "a page of its own": () => new Response(noPage, { headers: { "Content-Type": "text/plain" } }),
};

describe.each(Object.entries(owned))("%s, where `current` returns a Response:", (_, serve) => {
  test.each(Object.entries(refusals))(
    "a stranger with a guessed tag does not learn whether it is right: %s",
    async (_, refuse) => {
      const seen = { runs: 0 };
      const { port, close } = await serve(refuse, seen);
      const { status, headers } = refuse();
      for (const method of ["GET", "HEAD", "PUT"]) {
        for (const condition of ["If-None-Match", "If-Match"]) {
          for (const tag of ['"v1"', '"v0"', "*"]) {
            const answer = await ask(port, method, "/", [gzip, [condition, tag]]);
            expect([answer.status, answer.field("etag")]).toEqual([status, undefined]);
            for (const name of ["location", "www-authenticate", "x-why"])
              expect(answer.field(name)).toBe(headers.get(name) ?? undefined);
            expect(answer.field("access-control-allow-origin")).toBe("*");
            if (method !== "HEAD") expect(textOf(answer)).toBe(await refuse().text());
          }
        }
        expect((await ask(port, method, "/")).status).toBe(status);
      }
      expect(seen.runs).toBe(0);
      const owner = ["Authorization", "Bearer 1"] as const;
      expect((await ask(port, "GET", "/", [owner, ["If-None-Match", '"v1"']])).status).toBe(304);
      expect((await ask(port, "PUT", "/", [owner, ["If-Match", '"v0"']])).status).toBe(412);
      await close();
    },
  );

  test("each of its cookies is a separate line", async () => {
    const cookies = () => {
      const headers = new Headers([
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
      ]);
      return new Response(null, { status: 401, headers });
    };
    const { port, close } = await serve(cookies, { runs: 0 });
    const { lines } = await ask(port, "GET", "/");
    const set = lines.filter(([name]) => name.toLowerCase() === "set-cookie").map(([, value]) => value);
    expect(set).toEqual(["a=1", "b=2"]);
    await close();
  });
});

test("A Response that a handler of Fastify returns is judged by its tag", async () => {
  const app = Fastify();
  await app.register(fastifyConditional);
  app.get("/", () => new Response(TEXT, { headers: { ETag: '"v1"', "Content-Type": "text/plain" } }));
  const { port, close } = await servedFastify(app);
  const full = await ask(port, "GET", "/");
  expect([full.status, full.field("etag"), full.body.toString()]).toEqual([200, '"v1"', TEXT]);
  expect((await ask(port, "GET", "/", [["If-None-Match", '"v1"']])).status).toBe(304);
  expect((await ask(port, "GET", "/", [["If-Match", '"v0"']])).status).toBe(412);
  await close();
});

/** A handler that gives a `Response`: a page for Ann, a refusal for everybody else. */
const given = (isAnn: boolean) =>
  isAnn ? new Response("Hello", { headers: { ETag: '"v1"' } }) : new Response("Not you", { status: 403 });

const givesResponse: Record<string, () => Promise<Served>> = {
  Fastify: () => {
    const app = Fastify();
    app.register(fastifyConditional);
    app.get("/", async (request) => given(request.headers.authorization === "ann"));
    return servedFastify(app);
  },
  Koa: () =>
    servedKoa(
      new Koa().use(koaConditional()).use((ctx) => {
        ctx.body = given(ctx.get("Authorization") === "ann");
      }),
    ),
};

/** Content that is never complete. It counts the sources that were ended. */
const unending: Record<string, (ended: () => void) => unknown> = {
  "stream of Node": (ended) => new Readable({ read() {} }).on("close", ended),
  "web stream": (cancel) => new ReadableStream({ cancel }),
  Response: (cancel) => new Response(new ReadableStream({ cancel })),
};

describe.each(Object.entries(unending))("a %s is ended if a 304 or a 412 is sent in its place", (_, make) => {
  test.each(["Fastify", "Koa"])("by %s", async (framework) => {
    let made = 0;
    let ended = 0;
    const content = () => {
      made++;
      return make(() => void ended++);
    };
    const fastify = Fastify().register(fastifyConditional, { tag: () => '"v1"' });
    fastify.get("/", (_request, reply) => reply.send(content()));
    const koa = new Koa().use(koaConditional({ tag: () => '"v1"' })).use((ctx) => {
      ctx.body = content();
    });
    const { port, close } = await (framework === "Koa" ? servedKoa(koa) : servedFastify(fastify));
    expect((await ask(port, "GET", "/", [["If-None-Match", '"v1"']])).status).toBe(304);
    expect((await ask(port, "GET", "/", [["If-Match", '"v0"']])).status).toBe(412);
    expect((await ask(port, "HEAD", "/", [["If-Match", '"v0"']])).status).toBe(412);
    await expect.poll(() => ended).toBe(made);
    expect(made).toBe(3);
    await close();
  });
});

test("Koa: an answer that its handler sends itself, later, stays whole", async () => {
  const app = new Koa().use(koaConditional()).use((ctx) => {
    ctx.respond = false;
    ctx.status = 200;
    ctx.set("ETag", '"v1"');
    setTimeout(() => ctx.res.end("own"), 10);
  });
  const { port, close } = await servedKoa(app);
  for (const line of [
    ["If-Match", '"v0"'],
    ["If-None-Match", '"v1"'],
  ] as const) {
    const answer = await ask(port, "GET", "/", [line]);
    expect([answer.status, answer.field("content-length"), answer.body.toString()]).toEqual([
      200,
      "3",
      "own",
    ]);
  }
  await close();
});

test("Koa: an answer whose head its handler has sent already stays whole", async () => {
  const app = new Koa().use(koaConditional()).use((ctx) => {
    ctx.type = "text";
    ctx.body = "own";
    if (ctx.path === "/flushed") ctx.flushHeaders();
    else ctx.res.write("my ");
  });
  const { port, close } = await servedKoa(app);
  const lines = [[], [["If-Match", '"v0"']], [["If-None-Match", "*"]]] satisfies Lines[];
  for (const path of ["/flushed", "/written"]) {
    for (const method of ["GET", "HEAD"]) {
      const answers = await Promise.all(lines.map((line) => ask(port, method, path, line)));
      const [bare] = answers.map(({ status, body, field }) => [status, field("content-length"), `${body}`]);
      for (const { status, body, field } of answers) {
        expect([status, field("content-length"), `${body}`]).toEqual(bare);
      }
      expect(bare![0]).toBe(200);
    }
  }
  await close();
});

test("Fastify: an answer whose head its handler has sent already stays whole", async () => {
  const app = Fastify();
  await app.register(fastifyConditional);
  app.get("/flushed", (_, reply) => {
    reply.raw.flushHeaders();
    return reply.send(Readable.from(["my ", "own"]));
  });
  app.get("/given", (_, reply) => {
    reply.raw.writeHead(200, { ETag: '"v1"' });
    return reply.send(Readable.from(["my ", "own"]));
  });
  const { port, close } = await servedFastify(app);
  for (const path of ["/flushed", "/given"]) {
    for (const line of [
      ["If-Match", '"v0"'],
      ["If-None-Match", "*"],
    ] as const) {
      const { status, body } = await ask(port, "GET", path, [line]);
      expect([status, `${body}`]).toEqual([200, "my own"]);
    }
  }
  await close();
});

test("Fastify: a 304 in place of an answer with trailers announces none", async () => {
  const app = Fastify({ exposeHeadRoutes: true });
  await app.register(fastifyConditional);
  app.get("/", (_, reply) => {
    reply.trailer("X-Sum", async () => "7");
    return reply.type("text/plain").send(TEXT);
  });
  const { port, close } = await servedFastify(app);
  const full = await ask(port, "GET", "/");
  expect([full.status, full.trailers]).toEqual([200, [["x-sum", "7"]]]);
  for (const line of [
    ["If-None-Match", full.field("etag")!],
    ["If-None-Match", "*"],
  ] as const) {
    for (const method of ["GET", "HEAD"]) {
      const { status, field } = await ask(port, method, "/", [line]);
      expect([status, field("etag"), field("trailer"), field("transfer-encoding")]).toEqual([
        304,
        full.field("etag"),
        undefined,
        undefined,
      ]);
    }
  }
  await close();
});

test.each(Object.entries(givesResponse))(
  "%s: a Response is judged by its own status and tag",
  async (_, serve) => {
    const { port, close } = await serve();
    const ann = ["Authorization", "ann"] as const;
    const full = await ask(port, "GET", "/", [ann]);
    expect([full.status, full.field("etag"), full.body.toString()]).toEqual([200, '"v1"', "Hello"]);
    for (const [line, status] of [
      [["If-None-Match", '"v1"'], 304],
      [["If-Match", '"v1"'], 200],
      [["If-Match", '"v0"'], 412],
    ] as const) {
      const answer = await ask(port, "GET", "/", [ann, line]);
      expect([answer.status, answer.field("etag")]).toEqual([status, '"v1"']);
      const stranger = await ask(port, "GET", "/", [line]);
      expect([stranger.status, stranger.field("etag")]).toEqual([403, undefined]);
    }
    expect((await ask(port, "GET", "/", [["If-None-Match", "*"]])).status).toBe(403);
    await close();
  },
);

test("Options that are not valid are refused at once", async () => {
  expect(() => koaConditional({ required: true } as never)).toThrow("did you mean `require`");
  expect(() => koaConditional({ require: true })).toThrow("`current`");
  const app = Fastify();
  await expect(app.register(fastifyConditional, { require: true })).rejects.toThrow("`current`");
});

test("conditional that is used without its call, or called as a plugin, says how it is used", async () => {
  const misused = koaConditional as (...wrong: unknown[]) => unknown;
  expect(() => misused({ req: {} }, () => {})).toThrow("app.use(conditional())");
  await expect(fastifyConditional({ require: true } as never, undefined as never)).rejects.toThrow(
    "app.register(conditional, options)",
  );
});

test("`contentTag` as an option is called with the bytes, and may be asynchronous", async () => {
  const contentTag = async (bytes: Uint8Array, { weak }: { weak: boolean }) =>
    strong(`${bytes.length}-${weak}`);
  const koa = new Koa().use(koaConditional({ tag: { weak: false, contentTag } })).use((ctx) => {
    ctx.body = "hello";
  });
  const fastify = Fastify();
  await fastify.register(fastifyConditional, { tag: { weak: false, contentTag } });
  fastify.get("/", () => "hello");
  for (const { port, close } of [await servedKoa(koa), await servedFastify(fastify)]) {
    const full = await ask(port, "GET", "/");
    expect([full.field("etag"), full.body.toString()]).toEqual(['"5-false"', "hello"]);
    expect((await ask(port, "GET", "/", [["If-None-Match", '"5-false"']])).status).toBe(304);
    await close();
  }
});

test("A Range beside an unchecked If-Range is hidden", async () => {
  const app = new Koa().use(koaConditional()).use((ctx) => {
    ctx.set("ETag", strong("v2"));
    ctx.body = ctx.get("Range") || "whole";
  });
  const { port, close } = await servedKoa(app);
  const lines: Lines = [
    ["Range", "bytes=0-3"],
    ["If-Range", '"v1"'],
  ];
  expect((await ask(port, "GET", "/", lines)).body.toString()).toBe("whole");
  await close();
});

const states = { "by its answer": {}, "before its handler": { current: () => ({ etag: strong("v1") }) } };
test.each(Object.entries(states))(
  "Fastify's own HEAD route answers 304 without a length, judged %s",
  async (_, options) => {
    const app = Fastify();
    await app.register(fastifyConditional, options);
    app.get("/text", (_request, reply) => reply.header("ETag", '"v1"').send(TEXT));
    app.get("/stream", (_request, reply) => reply.header("ETag", '"v1"').send(Readable.from([TEXT])));
    const { port, close } = await servedFastify(app);
    for (const path of ["/text", "/stream"])
      for (const method of ["HEAD", "GET"]) {
        const answer = await ask(port, method, path, [["If-None-Match", '"v1"']]);
        expect([answer.status, answer.field("etag"), answer.body.length]).toEqual([304, '"v1"', 0]);
        expect(answer.field("content-length"), `${method} ${path}`).toBeUndefined();
        expect((await ask(port, method, path, [["If-None-Match", '"v0"']])).status).toBe(200);
      }
    await close();
  },
);

test("Fastify's own HEAD route answers where a handler returns a Response without content", async () => {
  const app = Fastify();
  await app.register(fastifyConditional);
  app.get("/", () => new Response(null, { status: 404, headers: { "X-Why": "absent" } }));
  const { port, close } = await servedFastify(app);
  for (const method of ["GET", "HEAD"]) {
    const answer = await ask(port, method, "/");
    expect([answer.status, answer.field("x-why")], method).toEqual([404, "absent"]);
  }
  await close();
});

test("Fastify's handler sees no Range beside an If-Range where `current` does not know the route", async () => {
  const app = Fastify();
  await app.register(fastifyConditional, { current: () => undefined });
  app.get("/", ({ headers }, reply) => reply.header("ETag", '"v2"').send(headers.range ?? "whole"));
  const { port, close } = await servedFastify(app);
  const range = ["Range", "bytes=0-3"] as const;
  expect(textOf(await ask(port, "GET", "/", [range, ["If-Range", '"v1"']]))).toBe("whole");
  expect(textOf(await ask(port, "GET", "/", [range]))).toBe("bytes=0-3");
  await close();
});
