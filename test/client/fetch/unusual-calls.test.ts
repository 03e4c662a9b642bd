import { createServer, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { type ConditionalFetchOptions, conditionalFetch, memoryStore } from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "./server.ts";

// These calls and answers are allowed, but rare.
const open = servers();
const sockets = new Set<{ close(): void }>();
afterEach(async () => {
  await open.close();
  for (const server of sockets) server.close();
  sockets.clear();
});

/** A server that answers each request with these octets. */
async function raw(octets: string, delay = 0): Promise<string> {
  const held = new Set<Socket>();
  const server = createServer((socket) => {
    held.add(socket);
    socket.on("error", () => {});
    socket.on("data", () => setTimeout(() => socket.write(octets, "latin1"), delay));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  sockets.add({
    close() {
      server.close();
      for (const socket of held) socket.destroy();
    },
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
}

/** Answers with the method, the credentials and the content of the request. */
const echo = () =>
  open.serve(async (req, res) => {
    const shown = JSON.stringify([req.method, req.headers.authorization, await text(req)]);
    res.writeHead(200, { ETag: `"${shown.length}"` }).end(shown);
  });

const soon = (ms = 50) => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), ms);
  return controller.signal;
};

describe("an init", () => {
  const headers = { Authorization: "ann" };

  it.each(["POST", "QUERY"])(
    "an init that is a Request keeps its method, fields and content: %s",
    async (method) => {
      const { url } = await echo();
      const init = new Request(url, { method, headers, body: "text" });
      expect(await (await conditionalFetch()(url, init)).json()).toEqual([method, "ann", "text"]);
    },
  );

  it("an init that is a Request is sent with its credentials, and its answer is kept only for them", async () => {
    const { url, seen } = await echo();
    const remembering = conditionalFetch();
    for (const init of [new Request(url, { headers }), new Request(url, { headers }), undefined])
      await (await remembering(url, init)).text();
    expect(seen.map(({ headers: asked }) => [asked.authorization, "if-none-match" in asked])).toEqual([
      ["ann", false],
      ["ann", true],
      [undefined, false],
    ]);
  });

  it.each<[string, () => Iterator<[string, string]>]>([
    ["a Map", () => new Map([["Authorization", "ann"]]).entries()],
    ["Headers", () => new Headers({ Authorization: "ann" }).entries()],
    [
      "a generator",
      function* () {
        yield ["Authorization", "ann"];
      },
    ],
  ])("fields that an iterator of %s gives only once are sent", async (_, fields) => {
    const { url, seen } = await echo();
    const remembering = conditionalFetch();
    for (const method of ["GET", "GET", "HEAD", "QUERY", "PUT"])
      await remembering(url, {
        method,
        headers: fields() as never,
        ...(method === "QUERY" && { body: "a" }),
      });
    expect(seen.map(({ headers: asked }) => asked.authorization)).toEqual(Array(5).fill("ann"));
  });

  it("options of Cloudflare that change the answer are a part of the key", async () => {
    const { url } = await open.serve((_, res) => res.end());
    const remembering = conditionalFetch({
      // It stands for Cloudflare's own, which resizes images.
      fetch: async (input, init) => {
        await fetch(input, init);
        const { width } = (init as { cf: { image: { width: number } } }).cf.image;
        return new Response("x".repeat(width), { headers: { ETag: '"1"', "Cache-Control": "max-age=60" } });
      },
      fresh: rfc9111(),
    });
    const ask = async (width: number) => {
      const init = { cf: { image: { width } } } as RequestInit;
      return (await (await remembering(url, init)).text()).length;
    };
    expect(await Promise.all([ask(1), ask(2)])).toEqual([1, 2]);
    expect([await ask(1), await ask(2)]).toEqual([1, 2]);
  });

  it("an init that inherits its members keeps them", async () => {
    const { url } = await echo();
    const init = Object.create({ method: "DELETE", headers });
    expect(await (await conditionalFetch()(url, init)).json()).toEqual(["DELETE", "ann", ""]);
  });

  it("an init that is null changes nothing", async () => {
    const { url, seen } = await echo();
    const remembering = conditionalFetch();
    for (const _ of [1, 2]) await (await remembering(url, null as never)).text();
    expect(seen.map(({ headers: asked }) => "if-none-match" in asked)).toEqual([false, true]);
  });
});

describe("an answer", () => {
  it("an answer with a reason phrase that no Response may have is returned and kept", async () => {
    const url = await raw('HTTP/1.1 200 \xff\r\nETag: "v1"\r\nContent-Length: 2\r\n\r\nHi');
    const remembering = conditionalFetch();
    const native = await fetch(url);
    for (const cache of ["default", "force-cache"] as const) {
      const answer = await remembering(url, { cache });
      expect(answer.clone().statusText).toBe(native.statusText);
      expect(await answer.text()).toBe("Hi");
    }
  });

  it("an answer with the status 999 reaches two callers who ask at once", async () => {
    const url = await raw("HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nHi", 50);
    const remembering = conditionalFetch();
    const answers = await Promise.all([remembering(url), remembering(url)]);
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(["Hi", "Hi"]);
  });
});

describe("a signal ends a request", () => {
  it("a signal ends a request while the content of a QUERY is read", async () => {
    const { url } = await echo();
    const body = new ReadableStream({ pull: () => new Promise(() => {}) });
    const init = { method: "QUERY", body, duplex: "half", signal: soon() } as RequestInit;
    await expect(conditionalFetch()(url, init)).rejects.toThrow("enough");
  });

  it("a signal ends a request while the partition is looked up", async () => {
    const { url } = await echo();
    const remembering = conditionalFetch({ partition: () => new Promise(() => {}) });
    await expect(remembering(url, { signal: soon() })).rejects.toThrow("enough");
  });
});

describe("a listener that throws", () => {
  const cases: Record<string, [RequestInit, ConditionalFetchOptions?]> = {
    "a read": [{}],
    "a write": [{ method: "POST" }],
    "a read that passes by": [{ headers: { Range: "bytes=0-" } }],
  };

  it.each(Object.entries(cases))("a listener that throws leaves no answer open: %s", async (_, [init]) => {
    const { url } = await open.serve((_req, res) => res.writeHead(200, { ETag: '"v1"' }).end("Hi"));
    const bodies: ReadableStream[] = [];
    const remembering = conditionalFetch({
      fetch: async (...args) => {
        const answer = await fetch(...args);
        bodies.push(answer.body!);
        return answer;
      },
      onEvent() {
        throw new Error("mine");
      },
    });
    await expect(remembering(url, init)).rejects.toThrow("mine");
    const [body] = bodies;
    expect(await body!.getReader().read()).toEqual({ done: true, value: undefined });
  });
});

it("with rfc9111, the time that an answer takes to arrive is a part of its age", async () => {
  const { url, seen } = await open.serve((req, res) => {
    const isKnown = req.headers["if-none-match"] !== undefined;
    const head = () => {
      res.writeHead(isKnown ? 304 : 200, { ETag: '"v1"', "Cache-Control": "max-age=2", Age: "1" });
      if (isKnown) return res.end();
      res.write("H");
      // The content is on its way for half of the time.
      return setTimeout(() => res.end("i"), 600);
    };
    setTimeout(head, isKnown ? 1200 : 600);
  });
  const remembering = conditionalFetch({ fresh: rfc9111() });
  for (let nth = 0; nth < 3; nth++) expect(await (await remembering(url)).text()).toBe("Hi");
  expect(seen.map(({ status }) => status)).toEqual([200, 304, 304]);
});

it.each([
  ["an hour old is not fresh for a minute", -3600, "max-age=60", [200, 304]],
  ["an hour old is fresh for two hours", -3600, "max-age=7200", [200]],
  ["in the future says nothing about the age", 3600, "max-age=60", [200]],
])("with rfc9111, an answer without Age whose Date is %s", async (_, seconds, lifetime, statuses) => {
  const sent = new Date(Date.now() + seconds * 1000).toUTCString();
  const { url, seen } = await open.serve((req, res) => {
    const status = req.headers["if-none-match"] ? 304 : 200;
    res.writeHead(status, { ETag: '"v1"', Date: sent, "Cache-Control": lifetime });
    res.end(status === 304 ? undefined : "Hi");
  });
  const remembering = conditionalFetch({ fresh: rfc9111() });
  for (let nth = 0; nth < 2; nth++) expect(await (await remembering(url)).text()).toBe("Hi");
  expect(seen.map(({ status }) => status)).toEqual(statuses);
});

it.each<[string, Record<string, string>, number[], string?]>([
  ["max-age=60, must-revalidate", {}, [200]],
  ["max-age=0, must-revalidate", {}, [200, 304], "max-stale"],
  ["no-cache", {}, [200, 304], "max-stale"],
  ["max-age=60, No-Cache", {}, [200, 304], "max-stale"],
  ["max-age=0", {}, [200], "max-stale"],
  ["max-age=0, max-age=60", {}, [200, 304]],
  ["max-age=60, max-age=0", {}, [200]],
  ["immutable", {}, [200, 304]],
  ["immutable", { Expires: new Date(Date.now() + 1000).toUTCString(), Age: "2" }, [200, 304]],
  ["immutable, max-age=60", {}, [200]],
])(
  "with rfc9111, an answer with Cache-Control: %s and %j is answered %j, when asked twice with %s",
  async (control, fields, statuses, asked = "max-age=600") => {
    const { url, seen } = await open.serve((req, res) => {
      const status = req.headers["if-none-match"] ? 304 : 200;
      res.writeHead(status, { ETag: '"v1"', "Cache-Control": control, ...fields });
      res.end(status === 304 ? undefined : "Hi");
    });
    const remembering = conditionalFetch({ fresh: rfc9111() });
    for (let nth = 0; nth < 2; nth++)
      expect(await (await remembering(url, { headers: { "Cache-Control": asked } })).text()).toBe("Hi");
    expect(seen.map(({ status }) => status)).toEqual(statuses);
  },
);

it("with rfc9111, a kept answer with a time in the future is revalidated", async () => {
  const { url, seen } = await open.serve((req, res) => {
    res.writeHead(req.headers["if-none-match"] ? 304 : 200, { ETag: '"v1"', "Cache-Control": "max-age=60" });
    res.end(req.headers["if-none-match"] ? undefined : "Hi");
  });
  const store = memoryStore();
  const ahead = {
    ...store,
    write: (answer: Parameters<typeof store.write>[0]) =>
      store.write({ ...answer, time: answer.time + 3_600_000 }),
  };
  const remembering = conditionalFetch({ store: ahead, fresh: rfc9111() });
  await (await remembering(url)).text();
  const again = await remembering(url);
  expect(await again.text()).toBe("Hi");
  expect(again.headers.get("Age")).toBeNull();
  expect(seen.map(({ status }) => status)).toEqual([200, 304]);
});

it("a url with an empty fragment is the url without it: a write to one forgets the other", async () => {
  const { url, seen } = await open.serve((req, res) => {
    res.writeHead(200, { ETag: '"v1"', "Cache-Control": "max-age=60", Location: "/other#" }).end(req.method);
  });
  const remembering = conditionalFetch({ fresh: rfc9111() });
  for (const page of ["/page#", "/page", "/other"]) await (await remembering(url + page)).text();
  expect(seen.map(({ url }) => url)).toEqual(["/page", "/other"]);
  await (await remembering(`${url}/page`, { method: "POST" })).text();
  for (const page of ["/page#", "/other#"]) await (await remembering(url + page)).text();
  expect(seen.slice(3).map(({ url }) => url)).toEqual(["/page", "/other"]);
});

it.each([
  ["a Blob", () => new Blob(["a=b"], { type: "text/plain" })],
  ["a form without files", () => new URLSearchParams({ a: "b" })],
  ["a stream", () => new Blob(["a=b"]).stream()],
])("a QUERY whose content is %s is revalidated, and its content is sent again", async (_, content) => {
  const contents: string[] = [];
  const { url, seen } = await open.serve(async (req, res) => {
    contents.push(await text(req));
    res.writeHead(req.headers["if-none-match"] ? 304 : 200, { ETag: '"v1"' }).end();
  });
  const remembering = conditionalFetch();
  for (let nth = 0; nth < 2; nth++) {
    const init = { method: "QUERY", body: content(), duplex: "half" };
    await (await remembering(url, init as RequestInit)).text();
  }
  expect(contents).toEqual(["a=b", "a=b"]);
  expect(seen.map(({ status }) => status)).toEqual([200, 304]);
  expect(seen[1]!.headers["content-type"]).toBe(seen[0]!.headers["content-type"]);
});

it.each(["GET", "HEAD", "QUERY", "POST", "OPTIONS"])(
  "a fetch that returns no response to a %s is a TypeError that says so",
  async (method) => {
    for (const given of [undefined, null, "text", {}]) {
      const remembering = conditionalFetch({ fetch: async () => given as Response });
      for (const init of [{ method }, { method, headers: { "If-Match": '"v1"' } }])
        await expect(remembering("http://x.test/", init)).rejects.toThrow("`fetch` returned no response");
    }
  },
);
