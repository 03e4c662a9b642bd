import { contentTag, type EntityTag, isWeak, type State } from "@entity-tag/core";
import {
  admitsCoding,
  anyFunction,
  checkOptions,
  mayBeTagged,
  problemDocument,
} from "@entity-tag/core/adapter";
import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
import { describe, expect, it, vi } from "vitest";

const url = "https://example.com/";
const ask = (headers: Record<string, string>, method = "GET") => new Request(url, { method, headers });
const date = "Sun, 06 Nov 1994 08:49:37 GMT";

describe("conditional and handlers that return no Response", () => {
  const ranged = { Range: "bytes=0-1", "If-Range": '"v0"' };

  it("conditional passes undefined, for a request with a range, too", async () => {
    expect(await conditional(() => undefined)(ask(ranged))).toBeUndefined();
    const once = vi.fn((request: Request) =>
      request.headers.has("Range")
        ? new Response("co", { status: 206, headers: { ETag: '"v1"' } })
        : undefined,
    );
    expect(await conditional(once)(ask(ranged))).toBeUndefined();
    expect(once).toHaveBeenCalledTimes(2);
  });
});

describe("content tags without crypto.subtle", () => {
  it("contentTag says why it cannot make a tag", async () => {
    vi.stubGlobal("crypto", undefined);
    await expect(contentTag("hello")).rejects.toThrow(/no crypto\.subtle/);
    vi.unstubAllGlobals();
  });
});

describe("validators on a runtime like Deno", () => {
  const stamped = async (answer: Response) => {
    vi.stubGlobal("Deno", {});
    const body = vi.spyOn(answer, "body", "get");
    const sent = await conditional(() => answer, { current: () => ({ etag: '"v1"' }) })(ask({}));
    vi.unstubAllGlobals();
    expect(sent.headers.get("ETag")).toBe('"v1"');
    return { isSame: sent === answer, reads: body.mock.calls.length };
  };

  it("conditional does not read `body`, because Deno would then lose its length, but asks Deno's record of it", async () => {
    const record = (body: unknown) => ({ [Symbol("response")]: { body } });
    const full = Object.assign(new Response("hello"), record({}));
    expect(await stamped(full)).toEqual({ isSame: true, reads: 0 });
    const empty = Object.assign(new Response(null), record(null));
    expect(await stamped(empty)).toMatchObject({ isSame: false });
  });

  it("conditional reads `body` if Deno has no such record", async () => {
    expect(await stamped(new Response("hello"))).toEqual({ isSame: true, reads: 1 });
    expect(await stamped(new Response(null))).toMatchObject({ isSame: false });
  });
});

describe("an answer whose body the fetch of Deno has decoded", () => {
  const decoded = (bodyDecoded: boolean) => {
    const answer = new Response("hello", { headers: { "Content-Encoding": "gzip", "Content-Length": "25" } });
    return Object.assign(answer, { [Symbol("response")]: { body: null, bodyDecoded } });
  };

  it.each([
    [true, [null, null]],
    [false, ["gzip", "25"]],
  ])("conditional copies it without the fields of the coded body: %j", async (isDecoded, fields) => {
    vi.stubGlobal("Deno", {});
    const sent = await conditional(() => decoded(isDecoded), { current: () => ({ etag: '"v1"' }) })(ask({}));
    vi.unstubAllGlobals();
    const get = (name: string) => sent.headers.get(name);
    expect([get("ETag"), get("Content-Encoding"), get("Content-Length")]).toEqual(['"v1"', ...fields]);
    expect(await sent.text()).toBe("hello");
  });

  it("conditional does not read it, because its length is not that of its body", async () => {
    const answer = decoded(true);
    Object.defineProperty(answer, "url", { value: "https://example.com/" });
    vi.stubGlobal("Deno", {});
    expect(await conditional(() => answer)(ask({}))).toBe(answer);
    vi.unstubAllGlobals();
  });
});

describe("a response of srvx", () => {
  it("conditional sends the content that it read in the same class, because only that class knows a length", async () => {
    class OfSrvx extends Response {
      _toNodeResponse(): void {}
    }
    const sent = await conditional(() => new OfSrvx("hello", { status: 203, statusText: "Fine" }))(ask({}));
    expect(sent).toBeInstanceOf(OfSrvx);
    expect([sent.status, sent.statusText, await sent.text()]).toEqual([203, "Fine", "hello"]);
    expect(sent.headers.get("ETag")).toMatch(/^W/);
  });
});

describe("bodies in workers", () => {
  it("conditional leaves a body of the runtime alone, and reads a stream of the handler's own", async () => {
    vi.stubGlobal("WebSocketPair", class {});
    const answer = new Response("hello");
    expect(await conditional(() => answer)(ask({}))).toBe(answer);
    expect(answer.headers.has("ETag")).toBe(false);
    expect(await answer.text()).toBe("hello");
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode("hello"));
        controller.close();
      },
    });
    const read = await conditional(() => new Response(stream))(ask({}));
    const long = await conditional(() => new Response("hello", { headers: { "Content-Length": "5" } }))(
      ask({}),
    );
    vi.unstubAllGlobals();
    expect(read.headers.get("ETag")).toBe(long.headers.get("ETag"));
    expect(isWeak(read.headers.get("ETag") as EntityTag)).toBe(true);
  });
});

describe("a 304 by its date", () => {
  it("checkPreconditions sends the tag itself, whatever the codings are", () => {
    const state: State = { etag: '"v1"', codings: ["gzip"], lastModified: Date.parse(date) };
    const response = checkPreconditions(ask({ "If-Modified-Since": date, "Accept-Encoding": "gzip" }), state);
    expect([response?.status, response?.headers.get("ETag")]).toEqual([304, '"v1"']);
  });
});

describe("problemDocument, RFC 9457 §3", () => {
  it("problemDocument has the title of its status, and members of its own", () => {
    expect(problemDocument(404, "Nothing is here.", { page: 1 })).toEqual({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "Nothing is here.",
      page: 1,
    });
    expect(problemDocument(599, "Odd.").title).toBe("");
  });
});

describe("conditional and a copy of the request", () => {
  it("conditional keeps a member that the copy has already, such as a runtime's own state", async () => {
    const own = Symbol("state of the runtime");
    const request = Object.assign(ask({ Range: "bytes=0-1", "If-Range": '"v0"' }), {
      [own]: "of the original",
      extra: 1,
    });
    class RuntimeRequest extends Request {
      [own] = "of the copy";
    }
    vi.stubGlobal("Request", RuntimeRequest);
    // On Deno and in workers, the fields of a request cannot be written.
    vi.spyOn(Headers.prototype, "delete").mockImplementationOnce(() => {
      throw new TypeError("immutable");
    });
    const handler = conditional(
      (given: typeof request) => new Response(`${given.extra} ${given[own]} ${given.headers.has("Range")}`),
      { current: () => ({ etag: '"v1"' }) },
    );
    const response = await handler(request);
    vi.unstubAllGlobals();
    expect(await response.text()).toBe("1 of the copy false");
  });
});

describe("small answers", () => {
  it("admitsCoding and ifNoneMatch accept a request without Accept-Encoding", () => {
    expect(admitsCoding(undefined, "gzip")).toBe(false);
    const state: State = { etag: '"v1"', codings: ["gzip"] };
    expect(checkPreconditions(ask({ "If-None-Match": '"v0", *' }), state)).toBeUndefined();
    expect(checkPreconditions(ask({ "If-None-Match": "*" }), state)?.headers.get("ETag")).toBe('"v1"');
  });

  it("mayBeTagged is false for an answer to HEAD without content", () => {
    expect([
      mayBeTagged("HEAD", 200, false),
      mayBeTagged("HEAD", 200),
      mayBeTagged("GET", 200, false),
    ]).toEqual([false, true, true]);
  });

  it("checkOptions suggests the nearest of several names", () => {
    const rules = { mods: anyFunction(), mode: anyFunction(), model: anyFunction() };
    expect(() => checkOptions({ modell: 1 }, rules, "here")).toThrow("did you mean `model`?");
  });

  it("a message shows a number that JSON cannot write", () => {
    const codings = [1n] as never;
    expect(() => checkPreconditions(ask({}), null, { codings })).toThrow('`codings` is ["1n"]');
  });

  it("conditional passes undefined", async () => {
    expect(await conditional(() => undefined)(ask({}))).toBeUndefined();
  });
});
