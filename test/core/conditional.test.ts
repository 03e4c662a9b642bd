import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { type Current, contentTag, isWeak, opaque, parseTag, weaken } from "@entity-tag/core";
import { conditional } from "@entity-tag/core/fetch";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bytes, get, soon } from "./bodies.ts";

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const then = "Tue, 15 Nov 1994 12:45:26 GMT";
const earlier = "Tue, 15 Nov 1994 12:45:25 GMT";

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("conditional without current: a read is judged after the handler", () => {
  const page = () =>
    new Response("hello", { headers: { "Content-Type": "text/plain", "Cache-Control": "max-age=1" } });

  it("conditional gives a 200 a weak tag of its content, and answers 304 to it", async () => {
    const handler = conditional(page);
    const first = await handler(get());
    const etag = first.headers.get("ETag")!;
    expect(first.status).toBe(200);
    expect(isWeak(parseTag(etag)!)).toBe(true);
    expect(opaque(parseTag(etag)!)).toBe(opaque(await contentTag("hello")));
    expect(await first.text()).toBe("hello");
    expect(first.headers.get("Content-Type")).toBe("text/plain");

    const second = await handler(get({ "If-None-Match": etag }));
    expect(second.status).toBe(304);
    expect(second.body).toBeNull();
    expect(second.headers.get("ETag")).toBe(etag);
    expect(second.headers.get("Cache-Control")).toBe("max-age=1");
    expect(second.headers.has("Content-Type")).toBe(false);
    expect(second.headers.has("Content-Length")).toBe(false);
  });

  it("conditional sends the body when the content changed", async () => {
    const response = await conditional(page)(get({ "If-None-Match": 'W/"of-something-else"' }));
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("hello");
  });

  it("conditional gives different contents different tags", async () => {
    let body = "one";
    const handler = conditional(() => new Response(body));
    const etag = (await handler(get())).headers.get("ETag")!;
    body = "two";
    const response = await handler(get({ "If-None-Match": etag }));
    expect(response.status).toBe(200);
    expect(response.headers.get("ETag")).not.toBe(etag);
  });

  it("conditional judges by the tag that the handler made", async () => {
    const handler = conditional(() => new Response("hello", { headers: { ETag: '"v1"' } }));
    expect((await handler(get({ "If-None-Match": 'W/"v1"' }))).status).toBe(304);
    expect((await handler(get({ "If-None-Match": '"v0"' }))).status).toBe(200);
    expect((await handler(get({ "If-None-Match": "*" }))).status).toBe(304);
    expect((await handler(get({ "If-None-Match": "v1" }))).status).toBe(200);
    expect((await handler(get({ "If-None-Match": '"v1", v2' }))).status).toBe(200);
  });

  it("conditional judges by the date that the handler made", async () => {
    const handler = conditional(() => new Response("hello", { headers: { "Last-Modified": then } }));
    const response = await handler(get({ "If-Modified-Since": then }));
    expect(response.status).toBe(304);
    expect(response.headers.get("Last-Modified")).toBe(then);
    expect((await handler(get({ "If-Modified-Since": earlier }))).status).toBe(200);
    expect((await handler(get({ "If-Modified-Since": then, "If-None-Match": '"v0"' }))).status).toBe(200);
  });

  it("conditional ignores a malformed date of the handler", async () => {
    const handler = conditional(
      () => new Response("hello", { headers: { "Last-Modified": "1994-11-15T12:45:26Z" } }),
    );
    expect((await handler(get({ "If-Modified-Since": then }))).status).toBe(200);
  });

  it("conditional answers 412 to a read whose If-Match or If-Unmodified-Since fails", async () => {
    const handler = conditional(
      () =>
        new Response("hello", { headers: { ETag: '"v1"', "Last-Modified": then, "Content-Language": "en" } }),
    );
    const response = await handler(get({ "If-Match": '"v0"' }));
    expect(response.status).toBe(412);
    expect(response.headers.get("ETag")).toBe('"v1"');
    expect(await response.text()).not.toBe("hello");
    expect((await handler(get({ "If-Unmodified-Since": earlier }))).status).toBe(412);
    expect((await handler(get({ "If-Match": '"v1"' }))).status).toBe(200);
    const head = await handler(get({ "If-Match": '"v0"' }, "HEAD"));
    expect(head.status).toBe(412);
    expect(head.body).toBeNull();
  });

  it.each(["QUERY", "HEAD"])("conditional judges %s as it judges GET", async (method) => {
    const handler = conditional(
      () => new Response(method === "HEAD" ? null : "hello", { headers: { ETag: '"v1"' } }),
    );
    expect((await handler(get({ "If-None-Match": '"v1"' }, method))).status).toBe(304);
    expect((await handler(get({ "If-None-Match": '"v0"' }, method))).status).toBe(200);
  });

  it.each(["PUT", "POST", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])(
    "conditional passes %s on, untouched",
    async (method) => {
      const made = new Response("done", { headers: { ETag: '"v1"' } });
      const bare = new Response("done");
      const conditions = { "If-Match": '"v0"', "If-None-Match": '"v1"', "If-Unmodified-Since": earlier };
      expect(await conditional(() => made)(get(conditions, method))).toBe(made);
      expect(await conditional(() => bare, { malformed: "reject", ifMatch: "weak" })(get({}, method))).toBe(
        bare,
      );
      expect(bare.headers.has("ETag")).toBe(false);
      expect(made.bodyUsed).toBe(false);
    },
  );

  it("conditional does not let the request's Cache-Control: no-cache suppress a 304", async () => {
    const handler = conditional(page);
    const etag = (await handler(get())).headers.get("ETag")!;
    for (const wish of ["no-cache", "max-age=0", "no-store"]) {
      const response = await handler(
        get({ "If-None-Match": etag, "Cache-Control": wish, Pragma: "no-cache" }),
      );
      expect(response.status, wish).toBe(304);
    }
  });

  it.each([301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 409, 410, 412, 416, 429, 500, 502, 503, 599])(
    "conditional never turns a %d into a 304 or a 412, nor tags it",
    async (status) => {
      const body = status === 304 ? null : "body";
      const own = conditional(
        () => new Response(body, { status, headers: { ETag: '"v1"', "Last-Modified": then } }),
      );
      for (const conditions of [
        { "If-None-Match": '"v1"' },
        { "If-None-Match": "*" },
        { "If-Modified-Since": then },
        { "If-Match": '"v0"' },
        { "If-Unmodified-Since": earlier },
      ] as Record<string, string>[]) {
        const response = await own(get(conditions));
        expect(response.status, JSON.stringify(conditions)).toBe(status);
        expect(response.headers.get("ETag")).toBe('"v1"');
        expect(await response.text()).toBe(body ?? "");
      }
      const bare = await conditional(() => new Response(body, { status }))(get({ "If-None-Match": "*" }));
      expect(bare.status).toBe(status);
      expect(bare.headers.has("ETag")).toBe(false);
    },
  );

  it.each([204, 205])(
    "conditional never turns a %d into a 304, which stands for a 200 (§15.4.5)",
    async (status) => {
      const own = conditional(
        () => new Response(null, { status, headers: { ETag: '"v1"', "Last-Modified": then } }),
      );
      for (const conditions of [
        { "If-None-Match": '"v1"' },
        { "If-None-Match": "*" },
        { "If-Modified-Since": then },
      ] as Record<string, string>[]) {
        const response = await own(get(conditions));
        expect(response.status, JSON.stringify(conditions)).toBe(status);
        expect(response.headers.get("ETag")).toBe('"v1"');
      }
      const bare = await conditional(() => new Response(null, { status }))(get({ "If-None-Match": "*" }));
      expect(bare.status).toBe(status);
      expect(bare.headers.has("ETag")).toBe(false);
    },
  );

  it("conditional tags no 206: the tag of a part is not the tag of the whole", async () => {
    const part = (headers: HeadersInit) => () => new Response("he", { status: 206, headers });
    const bare = await conditional(part({ "Content-Range": "bytes 0-1/5" }))(get({ Range: "bytes=0-1" }));
    expect(bare.status).toBe(206);
    expect(bare.headers.has("ETag")).toBe(false);
    expect(await bare.text()).toBe("he");
    const own = conditional(part({ "Content-Range": "bytes 0-1/5", ETag: '"v1"' }));
    const other = await own(get({ Range: "bytes=0-1", "If-None-Match": '"v0"' }));
    expect([other.status, other.headers.get("ETag"), await other.text()]).toEqual([206, '"v1"', "he"]);
    // §13.2.2 asks If-None-Match (step 3) before Range and If-Range (step 5).
    const same = await own(get({ Range: "bytes=0-1", "If-None-Match": '"v1"' }));
    expect([same.status, same.headers.has("Content-Range")]).toEqual([304, false]);
  });

  it.each<[option: object, message: string]>([
    [{ maxBytes: Number.NaN }, "`maxBytes` is NaN: use a number from 0 on"],
    [{ maxBytes: -1 }, "`maxBytes` is -1"],
    [{ maxBytes: "1 MB" }, '`maxBytes` is "1 MB"'],
    [{ maxBytes: 1n }, "`maxBytes` is 1"],
    [{ tag: true }, "`tag` is true: use false, a function, or an object such as { weak: false }"],
    [{ tag: "weak" }, '`tag` is "weak"'],
    [{ tag: null }, "`tag` is null"],
    [{ malformed: "400" }, '`malformed` is "400": use "fail" or "reject"'],
    [{ ifMatch: "lenient" }, '`ifMatch` is "lenient": use "strong" or "weak"'],
    [{ require: "PUT" }, '`require` is "PUT": use true, false, or a list of methods'],
    [{ require: [1] }, "`require` is [1]"],
    [{ require: null }, "`require` is null"],
  ])("conditional refuses at once the option %o", (option, message) => {
    expect(() => conditional(page, { current: () => null, ...option })).toThrow(TypeError);
    expect(() => conditional(page, { current: () => null, ...option })).toThrow(message);
  });

  it("conditional accepts every valid option", () => {
    for (const options of [
      { maxBytes: Number.POSITIVE_INFINITY, tag: false, malformed: "reject", ifMatch: "weak" },
      { maxBytes: 0, tag: () => undefined, malformed: "fail", ifMatch: "strong", require: false },
      { tag: { weak: false }, require: ["PUT"], current: () => null },
      { maxBytes: undefined, tag: undefined, malformed: undefined, ifMatch: undefined, require: undefined },
    ] as const) {
      expect(conditional(page, options)).toBeTypeOf("function");
    }
  });

  it("conditional refuses `require` without `current`, because it could not judge in time", () => {
    expect(() => conditional(page, { require: true })).toThrow(/current/);
    expect(() => conditional(page, { require: ["PUT"] })).toThrow(TypeError);
  });
});

describe("conditional: tag", () => {
  const page =
    (headers: HeadersInit = {}) =>
    () =>
      new Response("hello", { headers });

  it("conditional makes a strong tag if the option says that the body is not transformed", async () => {
    const response = await conditional(page(), { tag: { weak: false } })(get());
    expect(response.headers.get("ETag")).toBe(await contentTag("hello"));
    expect((await conditional(page(), { tag: { weak: true } })(get())).headers.get("ETag")).toBe(
      weaken(await contentTag("hello")),
    );
  });

  it("conditional uses the tag that a function makes", async () => {
    for (const tag of [() => '"mine"' as const, async () => '"mine"' as const]) {
      const handler = conditional(page(), { tag });
      const response = await handler(get());
      expect(response.headers.get("ETag")).toBe('"mine"');
      expect(await response.text()).toBe("hello");
      expect((await handler(get({ "If-None-Match": '"mine"' }))).status).toBe(304);
    }
  });

  it("conditional makes no tag when the function returns undefined, and accepts only a valid tag from it", async () => {
    const none = await conditional(page(), { tag: () => undefined })(get());
    expect(none.headers.has("ETag")).toBe(false);
    expect(await none.text()).toBe("hello");
    for (const wrong of ["v1", "*", '"a", "b"', ' "v1"', 7, null]) {
      // @ts-expect-error: what a caller without types may write
      await expect(conditional(page(), { tag: () => wrong })(get()), String(wrong)).rejects.toThrow(
        TypeError,
      );
    }
  });

  it("conditional accepts another function that makes content tags", async () => {
    const contentTag = vi.fn((content: Uint8Array, { weak }: { weak: boolean }) =>
      weak ? (`W/"${content.length}"` as const) : (`"${content.length}"` as const),
    );
    expect((await conditional(page(), { tag: { contentTag } })(get())).headers.get("ETag")).toBe('W/"5"');
    const strongly = await conditional(page(), { tag: { contentTag, weak: false } })(get());
    expect(strongly.headers.get("ETag")).toBe('"5"');
    expect(await strongly.text()).toBe("hello");
    expect(contentTag).toHaveBeenCalledTimes(2);
  });

  it("conditional makes no tag with tag: false, and still judges by the handler's own", async () => {
    const response = await conditional(page(), { tag: false })(get());
    expect(response.headers.has("ETag")).toBe(false);
    expect(await response.text()).toBe("hello");
    const own = conditional(page({ ETag: '"v1"' }), { tag: false });
    expect((await own(get({ "If-None-Match": '"v1"' }))).status).toBe(304);
  });

  it.each(['"mine"', 'W/"mine"', '""'])("conditional never overwrites the handler's own %s", async (own) => {
    for (const options of [{}, { tag: { weak: false } }, { tag: () => '"other"' as const }]) {
      const response = await conditional(page({ ETag: own }), options)(get());
      expect(response.headers.get("ETag")).toBe(own);
      expect(await response.text()).toBe("hello");
    }
  });

  it("conditional makes no tag for a body that has one", async () => {
    const tag = vi.fn(() => '"other"' as const);
    const contentTag = vi.fn(() => '"other"' as const);
    await conditional(page({ ETag: '"mine"' }), { tag })(get());
    await conditional(page({ ETag: '"mine"' }), { tag: { contentTag } })(get());
    expect(tag).not.toHaveBeenCalled();
    expect(contentTag).not.toHaveBeenCalled();
  });

  it.each(["mine", "", 'w/"mine"', '"my tag"'])(
    "conditional does not change the handler's ETag %j, although it is not a valid tag and never matches",
    async (own) => {
      const handler = conditional(page({ ETag: own }));
      const response = await handler(get({ "If-None-Match": '"mine", "my-tag", ""' }));
      expect(response.status).toBe(200);
      expect(response.headers.get("ETag")).toBe(own);
      expect(await response.text()).toBe("hello");
    },
  );

  it("conditional gives HEAD the tag of GET where the handler answers HEAD as it answers GET", async () => {
    const handler = conditional(page());
    const etag = (await handler(get())).headers.get("ETag");
    const head = await handler(get({}, "HEAD"));
    expect(head.headers.get("ETag")).toBe(etag);
    expect((await handler(get({ "If-None-Match": etag! }, "HEAD"))).status).toBe(304);
  });

  it("conditional does not tag an answer to HEAD without the body: an empty body does not have the tag of GET", async () => {
    const handler = conditional((request: Request) =>
      request.method === "HEAD"
        ? new Response(null, { headers: { "Content-Length": "5" } })
        : new Response("hello"),
    );
    const head = await handler(get({}, "HEAD"));
    expect(head.status).toBe(200);
    expect(head.headers.has("ETag")).toBe(false);
    expect(head.headers.get("Content-Length")).toBe("5");
  });

  it("conditional tags Response.json", async () => {
    const response = await conditional(() => Response.json({ a: [1, 2, 3] }))(get());
    expect(response.headers.get("ETag")).toBe(weaken(await contentTag('{"a":[1,2,3]}')));
    expect(await response.json()).toEqual({ a: [1, 2, 3] });
    expect(response.headers.get("Content-Type")).toBe("application/json");
  });

  it("conditional keeps the other fields of the handler", async () => {
    const response = await conditional(
      () =>
        new Response("hello", {
          status: 203,
          statusText: "Second Hand",
          headers: { "X-Mine": "1", Vary: "Accept" },
        }),
    )(get());
    expect(response.status).toBe(203);
    expect(response.statusText).toBe("Second Hand");
    expect(response.headers.get("X-Mine")).toBe("1");
    expect(response.headers.get("Vary")).toBe("Accept");
  });

  it("conditional keeps cookies as separate lines, on a 200 and on a 304", async () => {
    const cookies = ["a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "b=2; HttpOnly"];
    const handler = conditional(() => {
      const response = new Response("hello");
      for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
      return response;
    });
    const full = await handler(get());
    expect(full.headers.getSetCookie()).toEqual(cookies);
    const not = await handler(get({ "If-None-Match": full.headers.get("ETag")! }));
    expect(not.status).toBe(304);
    expect(not.headers.getSetCookie()).toEqual(cookies);
  });

  it("conditional keeps CORS and drops fields that describe the body, on a 304", async () => {
    const headers = {
      "Access-Control-Allow-Origin": "*",
      "Content-Type": "text/html",
      "Content-Length": "5",
      "Content-Encoding": "identity",
      "Content-Location": "/a",
      "Content-Security-Policy": "default-src 'self'",
      Expires: then,
      Vary: "Accept",
      ETag: '"v1"',
    };
    const response = await conditional(() => new Response("hello", { headers }))(
      get({ "If-None-Match": '"v1"' }),
    );
    expect([...response.headers.keys()].sort()).toEqual([
      "access-control-allow-origin",
      "content-location",
      "content-security-policy",
      "etag",
      "expires",
      "vary",
    ]);
  });
});

describe("conditional with current: every method is judged before the handler", () => {
  const state: Current = { etag: '"v1"', lastModified: moment + 999 };
  const with_ = (current: Current, made: () => Response = () => new Response("done")) => {
    const handler = vi.fn(made);
    return { handler, serve: conditional(handler, { current: () => current }) };
  };

  it("conditional answers 304 before the expensive work", async () => {
    const { handler, serve } = with_(state);
    const response = await serve(get({ "If-None-Match": '"v1"' }));
    expect(response.status).toBe(304);
    expect(response.headers.get("ETag")).toBe('"v1"');
    expect(handler).not.toHaveBeenCalled();
  });

  it.each(["PUT", "PATCH", "DELETE", "POST"])(
    "conditional answers 412 to a stale %s, and the handler has not run",
    async (method) => {
      const { handler, serve } = with_(state);
      const response = await serve(get({ "If-Match": '"v0"' }, method));
      expect(response.status).toBe(412);
      expect(response.headers.get("ETag")).toBe('"v1"');
      expect(response.headers.get("Content-Type")).toBe("application/problem+json");
      expect(handler).not.toHaveBeenCalled();
      expect(await (await serve(get({ "If-Match": '"v1"' }, method))).text()).toBe("done");
      expect(handler).toHaveBeenCalledOnce();
    },
  );

  it("conditional obeys the policy", async () => {
    const handler = vi.fn(() => new Response("done"));
    const serve = conditional(handler, {
      current: () => state,
      require: true,
      malformed: "reject",
      ifMatch: "weak",
    });
    expect((await serve(get({}, "PUT"))).status).toBe(428);
    expect((await serve(get({ "If-Match": "v1" }, "PUT"))).status).toBe(400);
    expect((await serve(get({ "If-Match": 'W/"v2"' }, "PUT"))).status).toBe(412);
    expect(handler).not.toHaveBeenCalled();
    expect((await serve(get({ "If-Match": 'W/"v1"' }, "PUT"))).status).toBe(200);
    expect((await serve(get())).status).toBe(200);
  });

  it("conditional creates only an absent resource", async () => {
    const { serve } = with_(null, () => new Response(null, { status: 201 }));
    expect((await serve(get({ "If-None-Match": "*" }, "PUT"))).status).toBe(201);
    expect((await serve(get({ "If-Match": "*" }, "PUT"))).status).toBe(412);
    expect((await with_({}).serve(get({ "If-None-Match": "*" }, "PUT"))).status).toBe(412);
  });

  it("conditional leaves a read of an absent resource to the handler", async () => {
    const { serve } = with_(null, () => new Response("nothing", { status: 404 }));
    for (const conditions of [{}, { "If-Match": "*" }, { "If-None-Match": "*" }, { "If-Match": "junk" }]) {
      const response = await serve(get(conditions as Record<string, string>));
      expect(response.status).toBe(404);
      expect(response.headers.has("ETag")).toBe(false);
    }
  });

  it("conditional sets the validators of a read that the handler did not set", async () => {
    for (const method of ["GET", "HEAD"]) {
      const response = await with_(state, () => new Response(method === "GET" ? "done" : null)).serve(
        get({}, method),
      );
      expect(response.status).toBe(200);
      expect(response.headers.get("ETag"), method).toBe('"v1"');
      expect(response.headers.get("Last-Modified"), method).toBe(then);
      expect(await response.text()).toBe(method === "GET" ? "done" : "");
    }
    const weakly = await with_({ etag: 'W/"v1"', lastModified: new Date(moment) }).serve(get());
    expect(weakly.headers.get("ETag")).toBe('W/"v1"');
    expect(weakly.headers.get("Last-Modified")).toBe(then);
  });

  it("conditional judges by the answer when current has no validator", async () => {
    for (const state of [{}, null]) {
      const { serve } = with_(state);
      const etag = (await serve(get())).headers.get("ETag")!;
      expect(etag).toBe(weaken(await contentTag("done")));
      expect((await serve(get({ "If-None-Match": etag }))).status).toBe(304);
    }
  });

  it("conditional overwrites no validator of the handler", async () => {
    const own = { ETag: '"mine"', "Last-Modified": earlier };
    const response = await with_(state, () => new Response("done", { headers: own })).serve(get());
    expect(response.headers.get("ETag")).toBe('"mine"');
    expect(response.headers.get("Last-Modified")).toBe(earlier);
  });

  it.each([
    ["GET", 404],
    ["GET", 500],
    ["GET", 302],
    ["PUT", 200],
    ["PUT", 201],
    ["PUT", 204],
    ["POST", 200],
    ["DELETE", 200],
  ])(
    "conditional sets no validators on %s %d, because the state is from before the handler",
    async (method, status) => {
      const body = status === 204 ? null : "done";
      const response = await with_(state, () => new Response(body, { status })).serve(get({}, method));
      expect(response.status).toBe(status);
      expect(response.headers.has("ETag")).toBe(false);
      expect(response.headers.has("Last-Modified")).toBe(false);
    },
  );

  it("conditional awaits a slow current, and passes it the arguments of the handler", async () => {
    const current = vi.fn(
      async (_request: Request, id: number, context: { name: string }): Promise<Current> => {
        await pause(5);
        return { etag: `"${id}-${context.name}"` };
      },
    );
    const handler = vi.fn(
      (_request: Request, id: number, context: { name: string }) => new Response(`${id} ${context.name}`),
    );
    const serve = conditional(handler, { current });
    const request = get();
    const context = { name: "a" };
    const response = await serve(request, 7, context);
    expect(await response.text()).toBe("7 a");
    expect(response.headers.get("ETag")).toBe('"7-a"');
    expect(current).toHaveBeenCalledExactlyOnceWith(request, 7, context);
    expect(handler).toHaveBeenCalledExactlyOnceWith(request, 7, context);
    expect(handler.mock.calls[0]![2]).toBe(context);
    expect((await serve(get({ "If-None-Match": '"8-b"' }), 8, { name: "b" })).status).toBe(304);
  });

  it("conditional does not run the handler when current fails", async () => {
    const handler = vi.fn(() => new Response("done"));
    const failure = new Error("no database");
    const serve = conditional(handler, { current: () => Promise.reject(failure) });
    await expect(serve(get())).rejects.toBe(failure);
    expect(handler).not.toHaveBeenCalled();
  });

  it("conditional sets validators on a stream without waiting for it", async () => {
    const endless = () => new Response(new ReadableStream({ start: (c) => c.enqueue(bytes("first")) }));
    const response = await soon(with_(state, endless).serve(get()), "the answer");
    expect(response.headers.get("ETag")).toBe('"v1"');
    const reader = response.body!.getReader();
    expect(new TextDecoder().decode((await soon(reader.read(), "the chunk")).value)).toBe("first");
    await reader.cancel();
  });

  it("conditional judges a read once: the alternates of current still count after the handler", async () => {
    const { serve } = with_({ etag: '"v1"', alternates: ['"v1-gzip"'] });
    expect((await serve(get({ "If-Match": '"v1-gzip"' }))).status).toBe(200);
    const own = with_({ etag: '"v1"' }, () => new Response("done", { headers: { ETag: '"v1-gzip"' } }));
    expect((await own.serve(get({ "If-Match": '"v1"' }))).status).toBe(200);
  });

  it("conditional refuses a current that returns undefined: an absent resource is null", async () => {
    const handler = vi.fn(() => new Response("done"));
    // @ts-expect-error: what a caller without types may write
    const serve = conditional(handler, { current: () => undefined });
    await expect(serve(get())).rejects.toThrow(TypeError);
    expect(handler).not.toHaveBeenCalled();
  });

  it("conditional puts the fields that it is given on its own 304 and on the 200", async () => {
    const fields = { "Cache-Control": "max-age=60", Vary: "Accept", "Access-Control-Allow-Origin": "*" };
    for (const headers of [
      fields,
      Object.entries(fields) as [string, string][],
      new Headers(fields),
      () => fields,
    ]) {
      const serve = conditional(() => new Response("done", { headers: { Vary: "Cookie" } }), {
        current: () => state,
        headers,
      });
      const not = await serve(get({ "If-None-Match": '"v1"' }));
      expect(not.status).toBe(304);
      expect([...not.headers.keys()]).toEqual([
        "access-control-allow-origin",
        "cache-control",
        "etag",
        "last-modified",
        "vary",
      ]);
      expect(not.headers.get("Vary")).toBe("Accept");
      const full = await serve(get());
      expect(full.headers.get("Cache-Control")).toBe("max-age=60");
      expect(full.headers.get("Vary")).toBe("Cookie");
      const written = await serve(get({ "If-Match": '"v1"' }, "PUT"));
      expect(written.headers.has("Cache-Control")).toBe(false);
      const stale = await serve(get({ "If-Match": '"v0"' }, "PUT"));
      expect(stale.headers.has("Cache-Control")).toBe(false);
    }
  });

  it("conditional keeps cookies among those fields as separate lines", async () => {
    const headers: [string, string][] = [
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
    ];
    const serve = conditional(() => new Response("done"), { current: () => state, headers });
    expect((await serve(get())).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect((await serve(get({ "If-None-Match": '"v1"' }))).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  });

  it("a Last-Modified in `headers` that is later than now is sent as now, in a 304, too", async () => {
    const headers = { "Last-Modified": "Fri, 01 Jan 2100 00:00:00 GMT" };
    const serve = conditional(() => new Response("done"), { current: () => ({ etag: '"v1"' }), headers });
    for (const fields of [{}, { "If-None-Match": '"v1"' }] as const) {
      const sent = (await serve(get(fields))).headers.get("Last-Modified");
      expect(Date.parse(sent!)).toBeLessThanOrEqual(Date.now());
    }
  });

  it("conditional calls `headers` with the arguments of the handler", async () => {
    const headers = vi.fn((_request: Request, id: number) => ({ "X-Id": String(id) }));
    const serve = conditional((_request: Request, id: number) => new Response(String(id)), {
      current: () => state,
      headers,
    });
    const request = get();
    expect((await serve(request, 7)).headers.get("X-Id")).toBe("7");
    expect(headers).toHaveBeenCalledWith(request, 7);
  });

  describe("conditional with current, and a Range", () => {
    const seen = vi.fn();
    const serve = conditional(
      async (request: Request) => {
        seen(request.method, request.headers.get("Range"), await request.text());
        return new Response("done");
      },
      { current: () => state },
    );

    /** Like requests on some runtimes: their headers are read-only. */
    const immutable = (request: Request) => {
      const refuse = () => {
        throw new TypeError("immutable");
      };
      for (const name of ["delete", "set", "append"])
        Object.defineProperty(request.headers, name, { value: refuse });
      return request;
    };

    it.each([
      ["If-Range holds", "GET", '"v1"', "bytes=0-1"],
      ["If-Range fails", "GET", '"v0"', null],
      ["nobody asked", "GET", undefined, "bytes=0-1"],
      ["it is HEAD", "HEAD", undefined, null],
      ["it is HEAD, and If-Range holds", "HEAD", '"v1"', null],
    ])(
      "conditional shows the handler a Range only where it may be honoured: %s",
      async (_, method, guard, range) => {
        for (const made of [(request: Request) => request, immutable]) {
          seen.mockClear();
          await serve(
            made(get({ Range: "bytes=0-1", ...(guard && { "If-Range": guard }), "X-Mine": "1" }, method)),
          );
          expect(seen).toHaveBeenCalledExactlyOnceWith(method, range, "");
        }
      },
    );

    it("conditional leaves the method and the body of a write with a Range as they were", async () => {
      for (const made of [(request: Request) => request, immutable]) {
        seen.mockClear();
        const write = new Request("https://example.com/", {
          method: "PUT",
          body: "content",
          headers: { Range: "bytes=0-1", "If-Match": '"v1"' },
        });
        await serve(made(write));
        expect(seen).toHaveBeenCalledOnce();
        expect(seen.mock.calls[0]![0]).toBe("PUT");
        expect(seen.mock.calls[0]![2]).toBe("content");
      }
    });

    it.each(["read", "locked"])("a QUERY whose body is %s already is handled as any other", async (how) => {
      for (const made of [(request: Request) => request, immutable]) {
        for (const early of [true, false]) {
          const query = new Request("https://example.com/", {
            method: "QUERY",
            body: "question",
            headers: { Range: "bytes=0-1", "If-Range": '"v0"' },
          });
          if (how === "read") await query.text();
          else query.body!.getReader();
          const ranges: unknown[] = [];
          const answer = async (request: Request) => {
            const range = request.headers.get("Range");
            ranges.push(range);
            expect(request.bodyUsed).toBe(how === "read");
            await expect(request.text()).rejects.toThrow(TypeError);
            expect(request.method).toBe("QUERY");
            return range === null
              ? new Response("whole", { headers: { ETag: '"v1"' } })
              : new Response("wh", { status: 206, headers: { ETag: '"v1"' } });
          };
          const response = await conditional(answer, early ? { current: () => state } : {})(made(query));
          expect(await response.text()).toBe("whole");
          expect(ranges).toEqual(early ? [null] : ["bytes=0-1", null]);
        }
      }
    });

    it("a request that has its fields as a member of its own hides the Range from the handler, too", async () => {
      const headers = new Headers({ Range: "bytes=0-1", "If-Range": '"v0"' });
      const request = immutable(Object.defineProperty(get(), "headers", { value: headers }));
      seen.mockClear();
      await serve(request);
      expect(seen).toHaveBeenCalledExactlyOnceWith("GET", null, "");
    });
  });
});

describe("conditional and a Range, judged after the handler", () => {
  const seen = vi.fn();
  const serve = (headers: HeadersInit, options = {}) =>
    conditional(async (request: Request) => {
      const range = request.headers.get("Range");
      seen(range);
      return range === null
        ? new Response("whole", { headers })
        : new Response("wh", { status: 206, headers: { ...headers, "Content-Range": "bytes 0-1/5" } });
    }, options);

  it.each<[why: string, guard: string | undefined, headers: HeadersInit, status: number, asked: number]>([
    ["nobody asked", undefined, { ETag: '"v1"' }, 206, 1],
    ["the tag is that of the part", '"v1"', { ETag: '"v1"' }, 206, 1],
    ["the tag is another", '"v0"', { ETag: '"v1"' }, 200, 2],
    ["the tag is weak", 'W/"v1"', { ETag: 'W/"v1"' }, 200, 2],
    ["the part has no tag", '"v1"', {}, 200, 2],
    ["a date may be that of two versions", then, { "Last-Modified": then }, 200, 2],
    ["the date is another", earlier, { "Last-Modified": then }, 200, 2],
  ])("conditional never sends a part of another version: %s", async (_, guard, headers, status, asked) => {
    seen.mockClear();
    const response = await serve(headers)(
      get({ Range: "bytes=0-1", ...(guard !== undefined && { "If-Range": guard }) }),
    );
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(status === 206 ? "wh" : "whole");
    expect(seen).toHaveBeenCalledTimes(asked);
  });

  describe("a part without a tag, by the tag of the whole", () => {
    const strong = { tag: { weak: false } };
    const known = contentTag(new TextEncoder().encode("whole"));

    it.each<
      [why: string, conditions: (etag: string) => Record<string, string>, status: number, asked: number]
    >([
      ["If-Match names it", (etag) => ({ "If-Match": etag }), 206, 2],
      ["If-Match names another", () => ({ "If-Match": '"v0"' }), 412, 2],
      ["If-None-Match names it", (etag) => ({ "If-None-Match": etag }), 304, 2],
      ["If-None-Match names another", () => ({ "If-None-Match": '"v0"' }), 206, 2],
      ["If-Range names it, too", (etag) => ({ "If-Match": etag, "If-Range": etag }), 200, 2],
      ["every version will do", () => ({ "If-Match": "*" }), 206, 1],
      ["nobody asked", () => ({}), 206, 1],
    ])("conditional judges: %s", async (_, conditions, status, asked) => {
      const etag = await known.then((tag) => tag.replace("W/", ""));
      seen.mockClear();
      const response = await serve({}, strong)(get({ Range: "bytes=0-1", ...conditions(etag) }));
      expect(response.status).toBe(status);
      if (status === 206) expect(await response.text()).toBe("wh");
      if (status === 200) expect(await response.text()).toBe("whole");
      expect(response.headers.get("ETag")).toBe(status === 206 ? null : etag);
      expect(seen).toHaveBeenCalledTimes(asked);
    });

    it("conditional sends what the second call finds if nothing is there any more", async () => {
      const answer = ({ headers }: Request) => new Response("", { status: headers.has("Range") ? 206 : 404 });
      const response = await conditional(answer)(get({ Range: "bytes=0-1", "If-Match": '"v1"' }));
      expect(response.status).toBe(404);
    });
  });

  it("conditional leaves a Range without If-Range to the handler, even when current is null", async () => {
    const response = await serve({ ETag: '"v1"' }, { current: () => null })(get({ Range: "bytes=0-1" }));
    expect(response.status).toBe(206);
  });

  it("conditional never gives a part a tag from a function", async () => {
    const tag = vi.fn(async () => '"made"' as const);
    expect((await serve({}, { tag })(get({ Range: "bytes=0-1" }))).headers.has("ETag")).toBe(false);
    expect(tag).not.toHaveBeenCalled();
  });
});

describe("conditional and HEAD, with a tag by a function", () => {
  const tag = async (response: Response) => contentTag(await response.clone().text());

  it("conditional gives HEAD the tag of GET when the handler answers with the body, and no tag otherwise", async () => {
    const withBody = conditional(() => new Response("hello"), { tag });
    const etag = (await withBody(get())).headers.get("ETag");
    expect((await withBody(get({}, "HEAD"))).headers.get("ETag")).toBe(etag);
    const without = conditional(
      (request: Request) => new Response(request.method === "HEAD" ? null : "hello"),
      { tag },
    );
    expect((await without(get())).headers.get("ETag")).toBe(etag);
    expect((await without(get({}, "HEAD"))).headers.has("ETag")).toBe(false);
  });
});

describe("conditional and a state without a validator", () => {
  const serve = conditional(() => new Response("hello"), { current: () => ({}) });

  it("conditional sends a 304 with the ETag of its 200", async () => {
    const etag = (await serve(get())).headers.get("ETag")!;
    expect(etag).toBe(weaken(await contentTag("hello")));
    for (const condition of ["*", etag]) {
      const response = await serve(get({ "If-None-Match": condition }));
      expect(response.status).toBe(304);
      expect(response.headers.get("ETag")).toBe(etag);
    }
  });

  it("conditional still judges a write before the handler", async () => {
    const handler = vi.fn(() => new Response("done"));
    const write = conditional(handler, { current: () => ({}) });
    expect((await write(get({ "If-Match": '"v1"' }, "PUT"))).status).toBe(412);
    expect((await write(get({ "If-None-Match": "*" }, "PUT"))).status).toBe(412);
    expect(handler).not.toHaveBeenCalled();
    expect((await write(get({ "If-Match": "*" }, "PUT"))).status).toBe(200);
  });
});

describe("conditional and a value that is not a state", () => {
  it.each(['"v1"', "v1", false, 0, true, []])("conditional refuses %j from `current`", async (wrong) => {
    const handler = vi.fn(() => new Response("done"));
    const serve = conditional(handler, { current: () => wrong as never });
    await expect(serve(get({ "If-Match": "*" }, "PUT"))).rejects.toThrow(
      `The current state is ${JSON.stringify(wrong)}`,
    );
    expect(handler).not.toHaveBeenCalled();
  });

  it("conditional refuses a tag without quotes at the first request, not at the first condition", async () => {
    const serve = conditional(() => new Response("hello"), { current: () => ({ etag: "v1" as never }) });
    await expect(serve(get())).rejects.toThrow('"v1" is not an entity tag');
    await expect(serve(get({}, "PUT"))).rejects.toThrow('"v1" is not an entity tag');
  });
});

describe("conditional on runtimes that find the type of a string when they send it, as Bun does", () => {
  beforeAll(() => {
    vi.stubGlobal(
      "Response",
      class extends Response {
        constructor(body?: BodyInit | null, init?: ResponseInit) {
          super(body, init);
          if (!new Headers(init?.headers).has("Content-Type")) this.headers.delete("Content-Type");
        }
      },
    );
  });
  afterAll(() => vi.unstubAllGlobals());

  it("conditional returns the same response that has the string, with its tag", async () => {
    const answer = new Response("hello");
    const response = await conditional(() => answer)(get());
    expect(response).toBe(answer);
    expect(response.headers.get("ETag")).toBe(weaken(await contentTag("hello")));
    expect(await response.text()).toBe("hello");
  });

  it("conditional returns the same response that is still being produced", async () => {
    let go = () => {};
    const answer = new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes("first"));
          go = () => controller.close();
        },
      }),
    );
    const response = await soon(conditional(() => answer)(get()), "an answer");
    expect(response).toBe(answer);
    expect(response.headers.has("ETag")).toBe(false);
    go();
    expect(await response.text()).toBe("first");
  });
});

describe("conditional and the fields of a refusal", () => {
  const cors = { "Access-Control-Allow-Origin": "https://example.org", Vary: "Origin" };
  const about = { "Cache-Control": "max-age=60", "Content-Type": "text/plain" };
  const expectRefusal = (response: Response, status: number) => {
    expect(response.status).toBe(status);
    expect(response.headers.get("Access-Control-Allow-Origin")).toBe("https://example.org");
    expect(response.headers.get("Vary")).toBe("Origin");
    expect(response.headers.has("Cache-Control")).toBe(false);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
  };

  it("conditional keeps CORS fields and Vary, so that a page of another origin can read the tag", async () => {
    const options = {
      current: () => ({ etag: '"v1"' as const }),
      headers: { ...cors, ...about },
      require: true,
    };
    const serve = conditional(() => new Response("hello"), options);
    const stale = await serve(get({ "If-Match": '"v0"' }, "PUT"));
    expectRefusal(stale, 412);
    expect(stale.headers.get("ETag")).toBe('"v1"');
    expectRefusal(await serve(get({}, "PUT")), 428);
  });

  it("conditional keeps those of the answer that a late refusal replaces, and every cookie", async () => {
    const headers = new Headers({ ...cors, ...about, ETag: '"v1"' });
    headers.append("Set-Cookie", "a=1");
    headers.append("Set-Cookie", "b=2");
    const response = await conditional(() => new Response("hello", { headers }))(get({ "If-Match": '"v0"' }));
    expectRefusal(response, 412);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("ETag")).toBe('"v1"');
  });

  it("conditional sends one ETag, the one that was judged, whatever `headers` contains", async () => {
    const serve = conditional(() => new Response("hello"), {
      current: () => ({ etag: '"v1"' as const }),
      headers: { ETag: '"other"' },
    });
    expect((await serve(get())).headers.get("ETag")).toBe('"v1"');
    expect((await serve(get({ "If-None-Match": '"v1"' }))).headers.get("ETag")).toBe('"v1"');
  });
});

describe("conditional and the handler", () => {
  it("conditional passes every argument on, and the request itself", async () => {
    const handler = vi.fn((_request: Request, ..._rest: unknown[]) => new Response("hello"));
    const request = get();
    await conditional(handler)(request, 1, "two", { three: 3 });
    expect(handler).toHaveBeenCalledExactlyOnceWith(request, 1, "two", { three: 3 });
    expect(handler.mock.calls[0]![0]).toBe(request);
  });

  it("conditional passes the handler's errors on, thrown or rejected", async () => {
    const failure = new Error("broken");
    const thrown = conditional(() => {
      throw failure;
    });
    const rejected = conditional(async (): Promise<Response> => {
      throw failure;
    });
    for (const handler of [thrown, rejected]) {
      for (const method of ["GET", "PUT"])
        await expect((async () => handler(get({}, method)))()).rejects.toBe(failure);
    }
  });

  it("conditional does not run the handler twice", async () => {
    const handler = vi.fn(async () => new Response("hello"));
    await conditional(handler)(get({ "If-None-Match": "*" }));
    expect(handler).toHaveBeenCalledOnce();
  });

  it("conditional does not read the request's body", async () => {
    const request = new Request("https://example.com/", {
      method: "PUT",
      body: "content",
      headers: { "If-Match": '"v1"' },
    });
    const serve = conditional(async (asked: Request) => new Response(await asked.text()), {
      current: () => ({ etag: '"v1"' }),
    });
    expect(await (await serve(request)).text()).toBe("content");
  });

  it("conditional can be wrapped in itself", async () => {
    const handler = conditional(conditional(() => new Response("hello")));
    const response = await handler(get());
    expect(response.headers.get("ETag")).toBe(weaken(await contentTag("hello")));
    expect(await response.text()).toBe("hello");
  });
});

describe("conditional and a body that nobody can read", () => {
  it.each(["read", "locked"])("an answer whose body is %s already passes without a tag", async (how) => {
    const answer = new Response("taken");
    if (how === "read") await answer.text();
    else answer.body!.getReader();
    for (const method of ["GET", "HEAD"]) {
      const response = await conditional(() => answer)(get({}, method));
      expect(response).toBe(answer);
      expect(response.headers.has("ETag")).toBe(false);
      expect((await conditional(() => answer)(get({ "If-None-Match": "*" }, method))).status).toBe(304);
    }
  });
});

describe("conditional and headers that cannot be changed", () => {
  const server = createServer((request, response) => {
    response.setHeader("Set-Cookie", ["a=1", "b=2"]);
    if (request.url === "/tagged") response.setHeader("ETag", '"v1"');
    response.end("from afar");
  });
  let origin = "";
  beforeAll(async () => {
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it("conditional works on a response of fetch", async () => {
    const tagged = conditional(() => fetch(`${origin}/tagged`));
    const full = await tagged(get());
    expect(full.headers.get("ETag")).toBe('"v1"');
    expect(full.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await full.text()).toBe("from afar");
    const not = await tagged(get({ "If-None-Match": '"v1"' }));
    expect(not.status).toBe(304);
    expect(not.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    const untagged = await conditional(() => fetch(`${origin}/`), { tag: () => '"mine"' })(get());
    expect(untagged.headers.get("ETag")).toBe('"mine"');
    expect(await untagged.text()).toBe("from afar");
    const flowing = await conditional(() => fetch(`${origin}/`))(get());
    expect(await flowing.text()).toBe("from afar");
  });

  it("conditional sets validators on a response of fetch", async () => {
    const response = await conditional(() => fetch(`${origin}/`), {
      current: () => ({ etag: '"v2"', lastModified: moment }),
    })(get());
    expect(response.headers.get("ETag")).toBe('"v2"');
    expect(response.headers.get("Last-Modified")).toBe(then);
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("from afar");
  });

  it("conditional passes Response.redirect and Response.error on", async () => {
    const redirect = Response.redirect("https://example.com/elsewhere", 302);
    expect(await conditional(() => redirect)(get({ "If-None-Match": "*" }))).toBe(redirect);
    const error = Response.error();
    expect(await conditional(() => error)(get())).toBe(error);
    const guarded = await conditional(() => redirect, { current: () => ({ etag: '"v1"' }) })(get());
    expect(guarded.headers.get("Location")).toBe("https://example.com/elsewhere");
    expect(guarded.headers.has("ETag")).toBe(false);
  });
});
