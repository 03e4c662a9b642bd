import { gzipSync } from "node:zlib";
import {
  type ConditionalFetchOptions,
  conditionalFetch,
  isNotModified,
  memoryStore,
} from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "./server.ts";

// Each server here misbehaves in one way.
const open = servers();
afterEach(open.close);

describe("conditionalFetch: bodies", () => {
  it("a body that never ends is read as it comes, is not kept, and ends when its reader leaves", async () => {
    let closed = 0;
    const server = await open.serve((_, res) => {
      res.writeHead(200, { ETag: '"v1"' });
      const timer = setInterval(() => res.write("x".repeat(1000)), 1);
      res.on("close", () => {
        closed++;
        clearInterval(timer);
      });
    });
    const remembering = conditionalFetch({ maxEntryBytes: 10_000 });
    const reader = (await remembering(server.url)).body!.getReader();
    let octets = 0;
    while (octets < 50_000) octets += (await reader.read()).value!.length;
    await reader.cancel();
    await expect.poll(() => closed).toBe(1);
    await (await remembering(server.url)).body!.cancel();
    expect(server.seen[1]!.headers["if-none-match"]).toBeUndefined();
  });

  it("a coded body is kept decoded, and returned with its url and fields", async () => {
    const server = await open.serve((req, res) => {
      if (req.headers["if-none-match"] === '"v1-gzip"')
        return res.writeHead(304, { ETag: '"v1-gzip"' }).end();
      const body = gzipSync("Hello");
      return res
        .writeHead(200, { ETag: '"v1-gzip"', "Content-Encoding": "gzip", "Content-Length": body.length })
        .end(body);
    });
    const remembering = conditionalFetch();
    await (await remembering(server.url)).text();
    const again = await remembering(server.url);
    expect([isNotModified(again), await again.text(), again.url]).toEqual([true, "Hello", `${server.url}/`]);
  });
});

describe("conditionalFetch: a 304", () => {
  /** The second answer is this 304, the third one is whole. */
  async function after(tag: string, fields: Record<string, string>, options?: ConditionalFetchOptions) {
    const server = await open.serve((req, res) => {
      if (req.headers["if-none-match"]) return res.writeHead(304, fields).end();
      return res.writeHead(200, { ETag: tag, "Content-Type": "text/plain" }).end("Hello");
    });
    const remembering = conditionalFetch(options);
    await (await remembering(server.url)).text();
    const second = await remembering(server.url);
    return { server, remembering, second, text: await second.text() };
  }

  it("a 304 without a tag selects the only kept answer, which keeps its tag", async () => {
    const { server, second, text, remembering } = await after('"v1"', {});
    expect([text, isNotModified(second), second.headers.get("ETag")]).toEqual(["Hello", true, '"v1"']);
    await (await remembering(server.url)).text();
    expect(server.seen.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, '"v1"', '"v1"']);
  });

  it("a 304 with Vary: * returns the kept answer once more, and removes it", async () => {
    const { server, second, text, remembering } = await after('"v1"', { ETag: '"v1"', Vary: "*" });
    expect([text, isNotModified(second)]).toEqual(["Hello", true]);
    await (await remembering(server.url)).text();
    expect(server.seen[2]!.headers["if-none-match"]).toBeUndefined();
  });

  it("a 304 to a request without a condition goes to the caller, and is not kept", async () => {
    const server = await open.serve((_, res) => res.writeHead(304, { ETag: '"v1"' }).end());
    const remembering = conditionalFetch();
    for (let turn = 0; turn < 2; turn++) {
      const response = await remembering(server.url);
      expect([response.status, isNotModified(response)]).toEqual([304, false]);
    }
  });
});

describe("conditionalFetch: redirects", () => {
  it("redirects through another origin and back are followed, and the answer of the other origin is not kept", async () => {
    const other = await open.serve((_, res) => res.writeHead(200, { ETag: '"v1"' }).end("another's"));
    const own = await open.serve((_, res) => res.writeHead(302, { Location: other.url }).end());
    const remembering = conditionalFetch();
    for (let turn = 0; turn < 2; turn++) {
      const response = await remembering(own.url);
      expect([await response.text(), response.redirected]).toEqual(["another's", true]);
    }
    expect(other.seen.map(({ headers }) => headers["if-none-match"])).toEqual([undefined, undefined]);
  });

  it("redirects that lead to another origin later carry the condition, and a 304 from there does not return the kept page", async () => {
    const other = await open.serve((req, res) =>
      req.headers["if-none-match"] ? res.writeHead(304, { ETag: '"v1"' }).end() : res.end("another's"),
    );
    let leaves = false;
    const own = await open.serve((_, res) =>
      leaves
        ? res.writeHead(302, { Location: other.url }).end()
        : res.writeHead(200, { ETag: '"v1"' }).end("own"),
    );
    const remembering = conditionalFetch();
    expect(await (await remembering(own.url)).text()).toBe("own");
    leaves = true;
    expect(await (await remembering(own.url)).text()).toBe("another's");
    expect(other.seen.map(({ headers }) => headers["if-none-match"])).toEqual(['"v1"', undefined]);
  });

  it("redirects that lead to another page later do not return the kept page, even if both have the same tag", async () => {
    let end = "/a";
    const server = await open.serve((req, res) => {
      if (req.url === "/") return res.writeHead(302, { Location: end }).end();
      if (req.headers["if-none-match"] === '"v1"') return res.writeHead(304, { ETag: '"v1"' }).end();
      return res.writeHead(200, { ETag: '"v1"' }).end(req.url);
    });
    const remembering = conditionalFetch();
    expect(await (await remembering(server.url)).text()).toBe("/a");
    expect(await (await remembering(server.url)).text()).toBe("/a");
    end = "/b";
    expect(await (await remembering(server.url)).text()).toBe("/b");
  });
});

describe("conditionalFetch: abort", () => {
  it("an abort at any moment rejects with the reason, keeps no half body, and does not disturb the next request", async () => {
    const server = await open.serve((req, res) => {
      if (req.headers["if-none-match"]) return res.writeHead(304, { ETag: '"v1"' }).end();
      setTimeout(() => {
        res.writeHead(200, { ETag: '"v1"', "Content-Length": 10 }).write("first");
        setTimeout(() => res.end("later"), 20);
      }, 20);
    });
    for (const delay of [0, 10, 25, 30, 60]) {
      const remembering = conditionalFetch();
      const reason = new Error(`after ${delay} ms`);
      const controller = new AbortController();
      setTimeout(() => controller.abort(reason), delay);
      const ended = remembering(server.url, { signal: controller.signal }).then((response) =>
        response.text(),
      );
      const outcome = await ended.catch((error) => error);
      expect([reason, "firstlater"]).toContain(outcome);
      expect(await (await remembering(server.url)).text()).toBe("firstlater");
    }
  });

  it("an abort by one of three callers leaves the others their whole bodies", async () => {
    let finish = () => {};
    const server = await open.serve((_, res) => {
      res.writeHead(200, { ETag: '"v1"', "Content-Length": 10 }).write("first");
      finish = () => res.end("later");
    });
    const remembering = conditionalFetch();
    const controller = new AbortController();
    const signals = [controller.signal, undefined, new AbortController().signal];
    const responses = await Promise.all(
      signals.map((signal) => remembering(server.url, signal ? { signal } : {})),
    );
    const texts = responses.map((response) => response.text().catch(() => "gone"));
    controller.abort();
    finish();
    expect(await Promise.all(texts)).toEqual(["gone", "firstlater", "firstlater"]);
    expect(server.seen.length).toBe(1);
  });
});

describe("conditionalFetch: other requests", () => {
  it("a HEAD of another length marks the page as stale, so it is revalidated before its next use", async () => {
    const server = await open.serve((req, res) => {
      const fields = {
        ETag: '"v1"',
        "Cache-Control": "max-age=600",
        "Content-Length": req.method === "HEAD" ? 9 : 5,
      };
      if (req.headers["if-none-match"]) return res.writeHead(304, fields).end();
      return res.writeHead(200, fields).end(req.method === "HEAD" ? undefined : "Hello");
    });
    const remembering = conditionalFetch({ fresh: rfc9111() });
    await (await remembering(server.url)).text();
    await (await remembering(server.url)).text();
    expect(server.seen.length).toBe(1);
    expect(
      (await remembering(server.url, { method: "HEAD", cache: "reload" })).headers.get("Content-Length"),
    ).toBe("9");
    await (await remembering(server.url)).text();
    expect(server.seen.map(({ method }) => method)).toEqual(["GET", "HEAD", "GET"]);
    expect(server.seen[2]!.headers["if-none-match"]).toBe('"v1"');
  });

  it("a QUERY with other content is another page, and a POST to the url removes both", async () => {
    const server = await open.serve(async (req, res) => {
      let content = "";
      for await (const chunk of req) content += chunk;
      const tag = `"${content.length}"`;
      if (req.method === "POST") return res.writeHead(204).end();
      if (req.headers["if-none-match"] === tag) return res.writeHead(304, { ETag: tag }).end();
      return res.writeHead(200, { ETag: tag }).end(`about ${content}`);
    });
    const remembering = conditionalFetch();
    const ask = async (body: string) => (await remembering(server.url, { method: "QUERY", body })).text();
    expect([await ask("a"), await ask("bb"), await ask("a"), await ask("bb")]).toEqual([
      "about a",
      "about bb",
      "about a",
      "about bb",
    ]);
    await remembering(server.url, { method: "POST", body: "c" });
    expect([await ask("a"), await ask("bb")]).toEqual(["about a", "about bb"]);
    expect(server.seen.map(({ headers }) => headers["if-none-match"])).toEqual([
      ...[undefined, undefined, '"1"', '"2"'],
      ...[undefined, undefined, undefined],
    ]);
  });

  it("an unsafe request whose answer is lost removes what is kept, because it may have been made", async () => {
    const server = await open.serve((req, res) => {
      if (req.method === "PUT") return res.destroy();
      return res.writeHead(200, { ETag: '"v1"' }).end("Hello");
    });
    const remembering = conditionalFetch();
    await (await remembering(server.url)).text();
    await expect(remembering(server.url, { method: "PUT", body: "x" })).rejects.toThrow();
    await (await remembering(server.url)).text();
    expect(server.seen.at(-1)!.headers["if-none-match"]).toBeUndefined();
  });
});

it.each([500, 502, 503, 504])(
  "conditionalFetch removes what is kept after a write that was answered %i, because it may have been made",
  async (status) => {
    let version = 1;
    const server = await open.serve((req, res) => {
      if (req.method === "GET")
        return res
          .writeHead(200, { ETag: `"v${version}"`, "Cache-Control": "max-age=3600" })
          .end(`v${version}`);
      version++;
      return res.writeHead(status).end();
    });
    const remembering = conditionalFetch({ fresh: rfc9111() });
    const read = async () => (await remembering(server.url)).text();
    expect([await read(), await read()]).toEqual(["v1", "v1"]);
    await remembering(server.url, { method: "PUT", body: "x" });
    expect(await read()).toBe("v2");
  },
);

describe("conditionalFetch: a newer answer that is not kept", () => {
  const newer: [name: string, status: number, fields: Record<string, string>, body: string][] = [
    ["says no-store", 200, { ETag: '"v2"', "Cache-Control": "no-store" }, "new"],
    ["has no validator and no lifetime", 200, { "Cache-Control": "max-age=0" }, "new"],
    ["says Vary: *", 200, { ETag: '"v2"', Vary: "*" }, "new"],
    ["is too long", 200, { ETag: '"v2"', "Content-Length": "11" }, "x".repeat(11)],
    ["is a 404", 404, {}, "not here"],
    ["is a 410", 410, {}, "not here"],
  ];

  it.each(newer)("that %s makes the older one stale", async (_, status, fields, body) => {
    let count = 0;
    const server = await open.serve((_req, res) => {
      if (++count > 1) return res.writeHead(status, fields).end(body);
      return res.writeHead(200, { ETag: '"v1"', "Cache-Control": "max-age=3600" }).end("old");
    });
    const remembering = conditionalFetch({ fresh: rfc9111(), maxEntryBytes: 10 });
    const read = async (init?: RequestInit) => (await remembering(server.url, init)).text();
    expect([await read(), await read({ cache: "reload" })]).toEqual(["old", body]);
    expect(await read()).toBe(body);
    expect(server.seen[2]!.headers["if-none-match"]).toBe('"v1"');
  });

  it.each([500, 429, 206, 401])("with the status %i may pass, so the older one stays", async (status) => {
    let count = 0;
    const server = await open.serve((_req, res) => {
      if (++count > 1) return res.writeHead(status, { "Cache-Control": "no-store" }).end("later");
      return res.writeHead(200, { ETag: '"v1"', "Cache-Control": "max-age=3600" }).end("old");
    });
    const remembering = conditionalFetch({ fresh: rfc9111() });
    const read = async (init?: RequestInit) => (await remembering(server.url, init)).text();
    expect([await read(), await read({ cache: "reload" }), await read()]).toEqual(["old", "later", "old"]);
  });
});

it("conditionalFetch keeps at most 50 variants of a page, because each read reads all of them", async () => {
  const server = await open.serve((req, res) => {
    const tag = `"${req.headers["x-request-id"]}"`;
    if (req.headers["if-none-match"]?.startsWith(tag)) return res.writeHead(304, { ETag: tag }).end();
    return res.writeHead(200, { ETag: tag, Vary: "X-Request-Id" }).end("Hello");
  });
  const store = memoryStore();
  let most = 0;
  const remembering = conditionalFetch({
    store: {
      ...store,
      async read(url, group) {
        const kept = await store.read(url, group);
        most = Math.max(most, kept.length);
        return kept;
      },
    },
  });
  const ask = async (id: number) => {
    const response = await remembering(server.url, { headers: { "X-Request-Id": String(id) } });
    await response.text();
    return isNotModified(response);
  };
  for (let id = 0; id < 60; id++) await ask(id);
  expect([most, await ask(59), await ask(0)]).toEqual([50, true, false]);
});
