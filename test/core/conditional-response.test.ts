import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { keepsInNotModified, keepsInRefusal, type State } from "@entity-tag/core";
import { keepsInLateRefusal, lateResponse } from "@entity-tag/core/adapter";
import { checkPreconditions, conditional, conditionalResponse, notModified } from "@entity-tag/core/fetch";
import { describe, expect, it, vi } from "vitest";
import { chunks } from "./bodies.ts";

const url = "https://example.com/pages/1";
const ask = (method: string, headers: Record<string, string> = {}, body?: string) =>
  new Request(url, { method, headers, ...(body !== undefined && { body, duplex: "half" }) });
const v1 = (headers: Record<string, string> = {}) =>
  new Response("content", { headers: { ETag: '"v1"', ...headers } });

describe("conditionalResponse, §13.2", () => {
  it.each<[method: string, conditions: Record<string, string>, status: number]>([
    ["GET", {}, 200],
    ["GET", { "If-None-Match": '"v1"' }, 304],
    ["HEAD", { "If-None-Match": '"v1"' }, 304],
    ["QUERY", { "If-None-Match": '"v1"' }, 304],
    ["GET", { "If-Match": '"v0"' }, 412],
    ["PUT", { "If-Match": '"v0"' }, 200],
    ["POST", { "If-None-Match": "*" }, 200],
  ])("conditionalResponse of a finished answer to %s with %j is a %i", async (method, conditions, status) => {
    expect((await conditionalResponse(ask(method, conditions), v1())).status).toBe(status);
  });

  it.each([true, ["PUT"]])(
    "conditionalResponse refuses require: %j, because the write is already done",
    async (require) => {
      await expect(conditionalResponse(ask("GET"), v1(), { require })).rejects.toThrow(
        "Cannot require conditions of a finished response: use checkPreconditions()",
      );
      expect((await conditionalResponse(ask("GET"), v1(), { require: false })).status).toBe(200);
    },
  );

  it("conditionalResponse takes a method and fields, tags content, and obeys its options", async () => {
    const first = await conditionalResponse(ask("GET"), new Response("hello"), { tag: { weak: false } });
    const headers = new Headers({ "If-None-Match": first.headers.get("ETag")! });
    const again = await conditionalResponse({ method: "GET", headers }, new Response("hello"), {
      tag: { weak: false },
    });
    expect([first.headers.get("ETag")?.[0], again.status]).toEqual(['"', 304]);
    const coded = ask("GET", { "If-None-Match": '"v1-gzip"', "Accept-Encoding": "gzip" });
    const response = await conditionalResponse(coded, v1({ Vary: "Origin" }), { codings: ["gzip"] });
    expect([response.status, response.headers.get("ETag"), response.headers.get("Vary")]).toEqual([
      304,
      '"v1-gzip"',
      "Origin, Accept-Encoding",
    ]);
  });

  it("conditionalResponse tags the answer of another server only if its length is known", async () => {
    const origin = createServer((request, response) => {
      if (request.url === "/length") response.setHeader("Content-Length", 5);
      response.write("hel");
      response.end("lo");
    }).listen(0);
    await once(origin, "listening");
    const tag = async (path: string) => {
      const fetched = await fetch(`http://localhost:${(origin.address() as AddressInfo).port}${path}`);
      const response = await conditionalResponse(ask("GET"), fetched);
      expect(await response.text()).toBe("hello");
      return response.headers.get("ETag");
    };
    try {
      expect([await tag("/length"), await tag("/chunked")]).toEqual([expect.stringMatching(/^W\//), null]);
    } finally {
      origin.closeAllConnections();
      origin.close();
    }
    expect(
      (await conditionalResponse(ask("GET"), await fetch("data:,hello"))).headers.get("ETag"),
    ).toBeNull();
  });

  it("conditional and conditionalResponse send a Last-Modified that is later than now as now, §8.8.2.1", async () => {
    const ahead = "Fri, 01 Jan 2100 00:00:00 GMT";
    const dated = (body: string | null = "content", status = 200) =>
      new Response(body, { status, headers: { "Last-Modified": ahead } });
    const isNow = (response: Response) => {
      const age = Date.now() - Date.parse(response.headers.get("Last-Modified")!);
      return age >= 0 && age < 60_000;
    };
    const guard = conditional(() => dated());
    const known = conditional(() => dated(), { current: () => ({ etag: '"v1"' }) });
    for (const handler of [guard, known, (request: Request) => conditionalResponse(request, dated())]) {
      for (const method of ["GET", "HEAD"]) expect(isNow(await handler(ask(method)))).toBe(true);
    }
    expect(isNow(await guard(ask("GET", { "If-None-Match": "*" })))).toBe(true);
    const constant = dated(null);
    expect(isNow(await conditionalResponse(ask("GET"), constant))).toBe(true);
    expect(constant.headers.get("Last-Modified")).toBe(ahead);
    for (const [request, response] of [
      [ask("PUT"), dated()],
      [ask("GET"), dated("", 404)],
    ] as const) {
      expect((await conditionalResponse(request, response)).headers.get("Last-Modified")).toBe(ahead);
    }
  });

  it("conditionalResponse returns the same response when it need not change it", async () => {
    const response = v1();
    expect(await conditionalResponse(ask("GET"), response)).toBe(response);
    const post = new Response("created", { status: 201 });
    expect(await conditionalResponse(ask("POST"), post)).toBe(post);
  });

  it("conditionalResponse judges a 416 by its own validators, since conditions come before the range", async () => {
    const refused = () =>
      new Response(null, { status: 416, headers: { ETag: '"v1"', "Content-Range": "bytes */7" } });
    const range = { Range: "bytes=99-" };
    const status = async (headers: Record<string, string>, response = refused()) =>
      (await conditionalResponse(ask("GET", headers), response)).status;
    expect(await status({ ...range, "If-None-Match": '"v1"' })).toBe(304);
    expect(await status({ ...range, "If-Match": '"v0"' })).toBe(412);
    expect(await status(range)).toBe(416);
    expect(await status({ "If-None-Match": '"v1"' })).toBe(416);
    expect(await status({ ...range, "If-None-Match": "*" }, new Response(null, { status: 416 }))).toBe(416);
    const dated = new Response(null, {
      status: 416,
      headers: { "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" },
    });
    expect(await status({ ...range, "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" }, dated)).toBe(304);
  });
});

describe("the fields of a late refusal", () => {
  const fields = {
    "Access-Control-Allow-Origin": "*",
    "Set-Cookie": "a=1",
    "Content-Security-Policy": "script-src 'self'",
    "X-RateLimit-Remaining": "5",
    "X-Request-Id": "7",
    "Cache-Control": "max-age=60",
    "CDN-Cache-Control": "max-age=60",
    "Surrogate-Control": "max-age=60",
    "Content-Location": "/pages/1.html",
    "Content-Disposition": "attachment",
    "X-Page-Title": "secret",
    "X-Own": "1",
  };

  it("conditional and conditionalResponse keep known fields, and those that `keep` names", async () => {
    const kept = [
      "access-control-allow-origin",
      "content-security-policy",
      "set-cookie",
      "x-ratelimit-remaining",
    ];
    const keep = (name: string) => name === "x-own";
    for (const respond of [
      (request: Request) => conditionalResponse(request, v1(fields), { keep }),
      conditional(() => v1(fields), { keep }),
    ]) {
      const { status, headers } = await respond(ask("GET", { "If-Match": '"v0"' }));
      expect(status).toBe(412);
      const own = ["content-type", "etag", "x-own", "x-request-id"];
      expect([...headers.keys()].sort()).toEqual([...kept, ...own].sort());
      expect(headers.get("Content-Type")).toBe("application/problem+json");
    }
  });

  it("keepsInLateRefusal knows families, in any case", () => {
    for (const name of ["Vary", "RateLimit-Policy", "CROSS-ORIGIN-OPENER-POLICY", "traceparent", "Link"]) {
      expect([name, keepsInLateRefusal(name)]).toEqual([name, true]);
    }
    for (const name of ["ETag", "Expires", "Content-Language", "X-Anything"]) {
      expect([name, keepsInLateRefusal(name)]).toEqual([name, false]);
    }
    const request = ask("GET", { "If-Match": '"v0"' });
    expect(lateResponse(request, { etag: '"v1"' })?.keeps("X-Own")).toBe(false);
    expect(lateResponse(ask("GET", { "If-None-Match": '"v1"' }), { etag: '"v1"' })?.keeps("X-Own")).toBe(
      true,
    );
    expect(lateResponse(ask("GET"), { etag: '"v1"' })).toBeUndefined();
  });

  it("keepsInRefusal drops every lifetime and every Content field except the content security policy", () => {
    for (const name of [
      "CDN-Cache-Control",
      "Surrogate-Control",
      "Content-Location",
      "Content-Disposition",
      "Age",
    ]) {
      expect([name, keepsInRefusal(name)]).toEqual([name, false]);
    }
    expect(keepsInRefusal("Content-Security-Policy")).toBe(true);
    expect(keepsInRefusal("X-Own")).toBe(true);
  });
});

describe("a 304 and the content security policy", () => {
  it.each([
    ["script-src 'nonce-r4nd0m'", false],
    ["default-src 'self'; style-src 'SHA256-abc='", false],
    ["default-src 'self'", true],
  ])("notModified with the policy %s keeps it: %s", (policy, kept) => {
    for (const name of ["Content-Security-Policy", "content-security-policy-report-only"]) {
      expect(notModified({ [name]: policy }).headers.has(name)).toBe(kept);
      expect(keepsInNotModified(name, policy)).toBe(kept);
      expect(keepsInNotModified(name)).toBe(true);
    }
  });

  it("keepsInNotModified knows every digest", () => {
    expect(
      ["Unencoded-Digest", "Repr-Digest", "Content-Digest", "Digest"].filter((name) =>
        keepsInNotModified(name),
      ),
    ).toEqual([]);
  });
});

describe("conditional calls a handler again only when that has no side effect", () => {
  const partial = (seen: string[]) => async (request: Request) => {
    seen.push(`${request.headers.get("Range")} ${await request.text()}`);
    return request.headers.has("Range")
      ? new Response("co", { status: 206, headers: { ETag: '"v2"', "Content-Range": "bytes 0-1/7" } })
      : new Response("content", { headers: { ETag: '"v2"' } });
  };
  const stale = { Range: "bytes=0-1", "If-Range": '"v1"' };

  it.each(["POST", "PUT", "PATCH", "DELETE"])("conditional runs the handler of %s once", async (method) => {
    const seen: string[] = [];
    const response = await conditional(partial(seen))(ask(method, stale, "x"));
    expect([response.status, seen]).toEqual([206, ["bytes=0-1 x"]]);
  });

  it("conditional calls a handler of QUERY again with the body", async () => {
    const seen: string[] = [];
    const request = ask("QUERY", stale, "the question");
    const response = await conditional(partial(seen))(request);
    expect([response.status, await response.text()]).toEqual([200, "content"]);
    expect(seen).toEqual(["bytes=0-1 the question", "null the question"]);
    const once: string[] = [];
    const part = await conditional(partial(once))(
      ask("QUERY", { ...stale, "If-Range": '"v2"' }, "the question"),
    );
    expect([part.status, once.length]).toEqual([206, 1]);
  });

  it("conditional sends the whole body if a range is beyond the end of another version", async () => {
    const handler = vi.fn((request: Request) =>
      request.headers.has("Range") ? new Response(null, { status: 416 }) : v1(),
    );
    const status = async (headers: Record<string, string>) =>
      (await conditional(handler)(ask("GET", { Range: "bytes=99-", ...headers }))).status;
    expect(await status({ "If-Range": '"v0"' })).toBe(200);
    expect(await status({ "If-Range": '"v1"' })).toBe(416);
    expect(await status({ "If-None-Match": '"v1"' })).toBe(304);
    expect(await status({ "If-Match": '"v0"' })).toBe(412);
    expect(await status({ "If-Match": '"v1"' })).toBe(416);
    handler.mockClear();
    expect(await status({})).toBe(416);
    expect(handler).toHaveBeenCalledOnce();
  });

  it("conditional judges HEAD as if it had no range, since a range is not defined for it", async () => {
    const ranges: (string | null)[] = [];
    const head = async (range: string, headers: Record<string, string>) => {
      const handler = (request: Request) => {
        ranges.push(request.headers.get("Range"));
        return request.headers.has("Range") ? new Response(null, { status: 416 }) : v1();
      };
      const response = await conditional(handler)(ask("HEAD", { Range: range, ...headers }));
      return response.status;
    };
    expect(await head("bytes=99-", { "If-None-Match": '"v1"' })).toBe(304);
    expect(await head("bytes=99-", { "If-Match": '"v0"' })).toBe(412);
    expect(await head("bytes=99-", { "If-Match": '"v1"' })).toBe(200);
    expect(await head("bytes=0-1", { "If-Range": '"v1"' })).toBe(200);
    expect(ranges).toEqual([null, null, null, null]);
    // Without a condition there is nothing to judge, and the handler sees its request.
    expect(await head("bytes=99-", {})).toBe(416);
  });

  it("conditional puts Range back once the handler has run", async () => {
    const request = ask("GET", stale);
    const current = (): State => ({ etag: '"v2"' });
    const seen: (string | null)[] = [];
    const handler = conditional(
      (given: Request) => {
        seen.push(given === request ? given.headers.get("Range") : "a copy");
        return v1();
      },
      { current },
    );
    await handler(request);
    expect([seen, request.headers.get("Range")]).toEqual([[null], "bytes=0-1"]);
  });

  it("conditional copies a request whose fields cannot be written, with its class, members and body", async () => {
    class PlatformRequest extends Request {
      cf = { country: "DE" };
      get cookies() {
        return `cookies of ${this.cf.country}`;
      }
    }
    const request = new PlatformRequest(url, { method: "QUERY", headers: stale, body: "the question" });
    // On Deno and in workers, the fields of a request cannot be written.
    vi.spyOn(Headers.prototype, "delete").mockImplementationOnce(() => {
      throw new TypeError("immutable");
    });
    let seen: unknown;
    const handler = conditional(
      async (given: PlatformRequest) => {
        seen = [
          given instanceof PlatformRequest,
          given.cf,
          given.cookies,
          given.headers.get("Range"),
          await given.text(),
        ];
        return v1();
      },
      { current: () => ({ etag: '"v2"' }) },
    );
    await handler(request);
    expect(seen).toEqual([true, { country: "DE" }, "cookies of DE", null, "the question"]);
  });
});

describe("conditional and a `current` that returns a Response, §13.2.1", () => {
  it.each([401, 403, 302])(
    "conditional sends the %i without a tag, and judges no condition",
    async (status) => {
      const handler = vi.fn(() => v1());
      const guarded = conditional(handler, { current: () => new Response(null, { status }), require: true });
      for (const [method, headers] of [
        ["GET", { "If-None-Match": '"v1"' }],
        ["PUT", { "If-Match": '"v0"' }],
        ["PUT", {}],
      ] as [string, Record<string, string>][]) {
        const response = await guarded(ask(method, headers));
        expect([response.status, response.headers.has("ETag")]).toEqual([status, false]);
      }
      expect(handler).not.toHaveBeenCalled();
    },
  );
});

describe("content tags and the body", () => {
  const tagOf = async (response: Response) => {
    const sent = await conditional(() => response)(ask("GET"));
    return [sent.headers.has("ETag"), sent] as const;
  };

  it("conditional waits for a body with a Content-Length, however long it takes", async () => {
    const slow = () =>
      new ReadableStream({
        async start(controller) {
          for (const part of ["con", "tent"]) {
            await new Promise((turn) => setTimeout(turn, 5));
            controller.enqueue(new TextEncoder().encode(part));
          }
          controller.close();
        },
      });
    const [isTagged, sent] = await tagOf(new Response(slow(), { headers: { "Content-Length": "7" } }));
    expect([isTagged, await sent.text()]).toEqual([true, "content"]);
    expect((await tagOf(new Response(slow())))[0]).toBe(false);
  });

  it("conditional never waits for server-sent events, even with a Content-Length", async () => {
    const headers = { "Content-Type": "Text/Event-Stream; charset=utf-8", "Content-Length": "7" };
    expect((await tagOf(new Response(new ReadableStream(), { headers })))[0]).toBe(false);
  });

  it("conditional passes on a body that is longer than its Content-Length", async () => {
    const response = new Response(chunks("x".repeat(600), "y".repeat(600)), {
      headers: { "Content-Length": "10" },
    });
    const sent = await conditional(() => response, { maxBytes: 1000 })(ask("GET"));
    expect([sent.headers.has("ETag"), (await sent.text()).length]).toEqual([false, 1200]);
  });

  it.each(["4", "10", "many"])(
    "conditional gives no tag to a body of seven bytes whose Content-Length is %s",
    async (length) => {
      const response = new Response(chunks("con", "tent"), { headers: { "Content-Length": length } });
      const sent = await conditional(() => response, { tag: { weak: false } })(ask("GET"));
      expect([sent.headers.has("ETag"), sent.headers.get("Content-Length")]).toEqual([false, length]);
      expect(await sent.text()).toBe("content");
    },
  );

  it.each<[string, () => unknown[]]>([
    ["strings", () => ["con", "tent"]],
    ["16-bit numbers", () => [new Uint16Array([1, 2]), new Uint16Array([3])]],
    ["buffers", () => [new ArrayBuffer(3), new ArrayBuffer(4)]],
  ])("conditional passes a stream of %s unchanged", async (_, parts) => {
    const given = parts();
    const body = new ReadableStream({
      start(controller) {
        for (const part of given) controller.enqueue(part);
        controller.close();
      },
    });
    const [isTagged, sent] = await tagOf(new Response(body));
    const received: unknown[] = [];
    for (
      let reader = sent.body!.getReader(), next = await reader.read();
      !next.done;
      next = await reader.read()
    ) {
      received.push(next.value);
    }
    expect([isTagged, received]).toEqual([false, given]);
  });

  it("conditional judges by the validators that exist where the platform has no crypto.subtle", async () => {
    vi.stubGlobal("crypto", {});
    try {
      const date = "Sun, 06 Nov 1994 08:49:37 GMT";
      const handler = conditional(() => new Response("content", { headers: { "Last-Modified": date } }));
      const first = await handler(ask("GET"));
      expect([first.status, first.headers.has("ETag")]).toEqual([200, false]);
      expect((await handler(ask("GET", { "If-Modified-Since": date }))).status).toBe(304);
    } finally {
      vi.unstubAllGlobals();
    }
  });

  it("conditional sets validators on the handler's own response, and copies one without a body", async () => {
    const current = () => ({ etag: '"v1"' }) as const;
    const response = new Response("content");
    expect(await conditional(() => response, { current })(ask("GET"))).toBe(response);
    const constant = new Response(null);
    const sent = await conditional(() => constant, { current })(ask("HEAD"));
    expect([sent.headers.get("ETag"), constant.headers.has("ETag")]).toEqual(['"v1"', false]);
  });
});

describe("Last-Modified, §8.8.2.1", () => {
  it("conditional and checkPreconditions never send a date later than the answer", async () => {
    const lastModified = Date.now() + 3_600_000;
    const response = await conditional(() => new Response("x"), { current: () => ({ lastModified }) })(
      ask("GET"),
    );
    const sent = Date.parse(response.headers.get("Last-Modified")!);
    expect(sent).toBeLessThanOrEqual(Date.now());
    expect(sent).toBeGreaterThan(Date.now() - 5000);
    const refused = checkPreconditions(ask("PUT", { "If-Match": '"v0"' }), { etag: '"v1"', lastModified });
    expect(Date.parse(refused!.headers.get("Last-Modified")!)).toBeLessThanOrEqual(Date.now());
  });
});

describe("advice in a refusal works when it is followed", () => {
  const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
  const date = "Tue, 15 Nov 1994 12:45:26 GMT";
  const states: (State | null)[] = [
    null,
    {},
    { etag: '"v1"' },
    { etag: 'W/"v1"' },
    { lastModified: moment },
    { etag: 'W/"v1"', lastModified: moment },
    { etag: 'W/"v1"', lastModified: Date.now() + 3_600_000 },
    { etag: '"v1"', lastModified: moment },
  ];
  const asked: Record<string, string>[] = [
    {},
    { "If-Match": '"v0"' },
    { "If-Match": 'W/"v1"' },
    { "If-Match": ", " },
    { "If-None-Match": "*" },
    { "If-Unmodified-Since": "Tue, 15 Nov 1994 12:45:25 GMT" },
  ];
  const follow = (detail: string, state: State | null): Record<string, string> => {
    if (/only If-Match: \*/.test(detail)) return { "If-Match": "*" };
    if (/If-None-Match: \* to create/.test(detail) && state === null) return { "If-None-Match": "*" };
    if (/Send it without W\//.test(detail)) return { "If-Match": state?.etag ?? "no tag" };
    if (/ETag in If-Match/.test(detail)) return { "If-Match": state?.etag ?? "no tag" };
    if (/in If-Unmodified-Since/.test(detail)) return { "If-Unmodified-Since": date };
    throw new Error(`no advice: ${detail}`);
  };

  it("law: a PUT that follows the advice of its refusal is not refused again", async () => {
    for (const require of [false, true]) {
      for (const ifMatch of ["strong", "weak"] as const) {
        for (const state of states) {
          for (const headers of asked) {
            const policy = { require, ifMatch };
            const refused = checkPreconditions(ask("PUT", headers), state, policy);
            if (refused === undefined) continue;
            const { detail } = (await refused.json()) as { detail: string };
            const next = follow(detail, state);
            const again = checkPreconditions(ask("PUT", next), state, policy);
            expect(again, JSON.stringify([policy, state, headers, detail])).toBeUndefined();
          }
        }
      }
    }
  });
});
