// For a runtime where reading a body changes what is sent, as on Bun. Other tests run on Bun itself.
import { checkMethods } from "@entity-tag/core/adapter";
import { conditional, conditionalResponse } from "@entity-tag/core/fetch";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const ask = (headers: HeadersInit = {}, method = "GET") =>
  new Request("http://localhost/", { method, headers });

/** A body whose source says whether it was cancelled. */
function source() {
  const cancel = vi.fn();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("a part")),
    cancel,
  });
  return { body, cancel };
}

describe("conditional where reading a body changes it", () => {
  const inspect = vi.fn(() => "Response {\n}");
  const asFile = () => inspect.mockReturnValue('Response {\n  FileRef ("page.html")\n}');
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
    vi.stubGlobal("Bun", { inspect });
  });
  afterAll(() => vi.unstubAllGlobals());

  it("a file gets no tag of its content, and is sent as the handler gave it", async () => {
    asFile();
    const answer = new Response("the file");
    const sent = await conditional(() => answer)(ask());
    expect([sent === answer, sent.headers.get("ETag"), sent.bodyUsed]).toEqual([true, null, false]);
  });

  it("a 304 does not touch the source of a file, and cancels every other source", async () => {
    const late = async () => {
      const { body, cancel } = source();
      const answer = new Response(body, { headers: { ETag: '"v1"' } });
      const sent = await conditionalResponse(ask({ "If-None-Match": '"v1"' }), answer);
      expect(sent.status).toBe(304);
      await new Promise((later) => setTimeout(later));
      return cancel.mock.calls.length > 0;
    };
    asFile();
    expect(await late()).toBe(false);
    inspect.mockReturnValue("Response {\n}");
    expect(await late()).toBe(true);
  });

  it("a body with a length that breaks is sent from what was read of it", async () => {
    inspect.mockReturnValue("Response {\n}");
    let step = 0;
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((later) => setTimeout(later));
        if (step++ === 0) controller.enqueue(new TextEncoder().encode("a part"));
        else controller.error(new Error("the disk is gone"));
      },
    });
    const answer = new Response(body, { headers: { "Content-Length": "10", "Content-Type": "text/plain" } });
    const sent = await conditional(() => answer)(ask());
    const reader = sent.body!.getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("a part");
    await expect(reader.read()).rejects.toThrow("the disk is gone");
    expect([sent === answer, sent.headers.get("Content-Type")]).toEqual([false, "text/plain"]);
  });

  it("a 304 is sent even if the body of the answer was read before", async () => {
    const answer = new Response("read", { headers: { ETag: '"v1"' } });
    await answer.text();
    expect((await conditionalResponse(ask({ "If-None-Match": '"v1"' }), answer)).status).toBe(304);
  });

  it("an answer whose body has a reader already is judged like any other", async () => {
    for (const [method, options] of [
      ["GET", {}],
      ["HEAD", { tag: () => '"v1"' as const }],
    ] as const) {
      const answer = new Response(source().body, { headers: method === "GET" ? { ETag: '"v1"' } : {} });
      answer.body!.getReader();
      const asked = ask({ "If-None-Match": '"v1"' }, method);
      expect((await conditionalResponse(asked, answer, options)).status, method).toBe(304);
    }
    const untagged = new Response("text");
    untagged.body!.getReader();
    expect(await conditionalResponse(ask(), untagged)).toBe(untagged);
  });

  it("a `tag` function is called for HEAD only if the answer has a body", async () => {
    const tag = vi.fn(() => '"v1"' as const);
    const full = await conditional(() => new Response("text"), { tag })(ask({}, "HEAD"));
    const empty = await conditional(() => new Response(null), { tag })(ask({}, "HEAD"));
    expect([full.headers.get("ETag"), empty.headers.get("ETag")]).toEqual(['"v1"', null]);
    expect(tag).toHaveBeenCalledTimes(1);
  });
});

describe("a copy of a request", () => {
  it("conditional gives it the methods of the class, and does not replace its own members", async () => {
    class OwnRequest extends Request {
      get address() {
        return this.url;
      }
      shout() {
        return this.address.toUpperCase();
      }
    }
    const request = new OwnRequest("http://localhost/", {
      headers: { Range: "bytes=0-1", "If-Range": '"v0"' },
    });
    Object.defineProperty(request, "address", { value: "of its own", configurable: true });
    vi.spyOn(Headers.prototype, "delete").mockImplementationOnce(() => {
      throw new TypeError("immutable");
    });
    const handler = conditional((given: OwnRequest) => new Response(`${given.address}, ${given.shout()}`), {
      current: () => ({ etag: '"v1"' }),
    });
    expect(await (await handler(request)).text()).toBe("of its own, OF ITS OWN");
  });
});

it("checkMethods accepts methods, and shows a value that is not an object of handlers", () => {
  expect(checkMethods({ GET: vi.fn(), PUT: vi.fn() }, "route()")).toBeUndefined();
  expect(() => checkMethods(null as never, "route()")).toThrow(
    "route() was given null: use an object of handlers",
  );
  expect(() => checkMethods({ put: () => {} }, "route()")).toThrow("did you mean `PUT`?");
});
