import {
  AmbiguousWriteError,
  ConflictError,
  google,
  HttpError,
  MissingValidatorError,
  oracle,
  read,
  type Snapshot,
  UnusableValidatorError,
  update,
} from "@entity-tag/client";
import { afterEach, describe, expect, it } from "vitest";
import { type Behaviour, type DocumentServer, documentServer } from "./document-server.ts";

interface Counter {
  n: number;
  [member: string]: unknown;
}

let server: DocumentServer;
afterEach(() => server.close());

const soon = { backoff: () => 1 };
const increment = (counter: Counter) => ({ ...counter, n: counter.n + 1 });
const serve = async (behaviour?: Behaviour, value: unknown = { n: 1 }) => {
  server = await documentServer(value, behaviour);
};
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe("update reads, runs the recipe, and writes under the tag", () => {
  it("update returns the new value, its tag and the number of writes", async () => {
    await serve();
    const result = await update<Counter>(server.url, increment);
    expect(result).toMatchObject({
      url: server.url,
      value: { n: 2 },
      etag: '"v2"',
      status: "updated",
      attempts: 1,
    });
    expect(result.response.status).toBe(204);
    expect(server.log[1]!.headers).toMatchObject({ "if-match": '"v1"', "content-type": "application/json" });
    expect(server.value).toEqual({ n: 2 });
  });

  it("update writes nothing when the recipe returns undefined", async () => {
    await serve();
    const result = await update<Counter>(server.url, () => undefined);
    expect(result).toMatchObject({ status: "unchanged", attempts: 0, value: { n: 1 }, etag: '"v1"' });
    expect(server.methods()).toEqual(["GET"]);
  });

  it("update runs the recipe again on the current value, with its previous argument and result", async () => {
    await serve({
      fault: ({ method, nth }, it) => void (method === "PUT" && nth <= 2 && it.write({ n: nth * 10 })),
    });
    const runs: unknown[] = [];
    const result = await update<Counter>(
      server.url,
      (current, { attempt, base, mine, etag }) => {
        runs.push([current.n, attempt, base?.n, mine?.n, etag]);
        return increment(current);
      },
      soon,
    );
    expect(runs).toEqual([
      [1, 1, undefined, undefined, '"v1"'],
      [10, 2, 1, 2, '"v2"'],
      [20, 3, 10, 11, '"v3"'],
    ]);
    expect(result).toMatchObject({ value: { n: 21 }, attempts: 3, etag: '"v4"' });
  });

  it("update keeps base as it was read, even if the recipe changes its value in place", async () => {
    await serve({
      fault: ({ method, nth }, it) => void (method === "PUT" && nth === 1 && it.write({ n: 10 })),
    });
    const bases: unknown[] = [];
    const inPlace = (current: Counter, { base }: { base: Counter | undefined }) => {
      bases.push(base);
      current.n++;
      return current;
    };
    await update<Counter>(server.url, inPlace, soon);
    expect(bases).toEqual([undefined, { n: 1 }]);
    expect(server.value).toEqual({ n: 11 });
  });

  it("update counts writes exactly, and does not read after the last one", async () => {
    await serve({ fault: ({ method, nth }, it) => void (method === "PUT" && it.write({ n: nth * 10 })) });
    const error = await failure(update<Counter>(server.url, increment, { ...soon, maxAttempts: 2 }));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ base: { n: 1 }, mine: { n: 2 }, latest: { n: 10 }, attempts: 2 });
    expect(server.methods()).toEqual(["GET", "PUT", "GET", "PUT"]);
  });

  it("update bypasses caches in its read after a 412, and removes the answers that the fetch has kept", async () => {
    await serve({
      fault: ({ method, nth }, it) => void (method === "PUT" && nth === 1 && it.write({ n: 10 })),
    });
    const forgotten: string[] = [];
    const forgetful = Object.assign((...args: Parameters<typeof fetch>) => fetch(...args), {
      forget: async (url: string) => void forgotten.push(url),
    });
    await update<Counter>(server.url, increment, { ...soon, fetch: forgetful });
    expect(forgotten).toEqual([server.url]);
    expect(server.log[2]!.headers["cache-control"]).toBe("no-cache");
    expect(server.log[0]!.headers["cache-control"]).toBeUndefined();
  });

  it("update ends at once, with the problem document, if the server's rules refuse the change", async () => {
    const body = JSON.stringify({
      type: "https://example.com/too-many",
      title: "Too many",
      detail: "n is above 1",
    });
    const headers = { "content-type": "application/problem+json" };
    await serve({ fault: ({ method }) => (method === "PUT" ? { status: 422, headers, body } : undefined) });
    const error = await failure(update<Counter>(server.url, increment));
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status: 422, problem: { type: "https://example.com/too-many" } });
    expect(error.message).toContain("Too many: n is above 1");
    expect(await error.response.json()).toMatchObject({ title: "Too many" });
    expect(server.methods()).toEqual(["GET", "PUT"]);
  });
});

describe("update from a Snapshot", () => {
  it("update from a Snapshot writes without a read", async () => {
    await serve();
    const opened: Snapshot<Counter> = { url: server.url, value: { n: 1 }, etag: '"v1"' };
    const first = await update(opened, increment);
    const second = await update(first, increment);
    expect(second.value).toEqual({ n: 3 });
    expect(server.methods()).toEqual(["PUT", "PUT"]);
  });

  it("update from a Snapshot gives base, mine and theirs after another client's write", async () => {
    await serve();
    const opened = await read<Counter>(server.url);
    server.write({ n: 1, note: "theirs" });
    const seen: unknown[] = [];
    const recipe = (
      current: Counter,
      { base, mine }: { base: Counter | undefined; mine: Counter | undefined },
    ) => {
      if (mine) seen.push(base, mine, current);
      return { ...current, n: 5 };
    };
    await update(opened, recipe, soon);
    expect(seen).toEqual([{ n: 1 }, { n: 5 }, { n: 1, note: "theirs" }]);
    expect(server.value).toEqual({ n: 5, note: "theirs" });
  });

  it("update from a Snapshot ends with a ConflictError without `latest` when only one write is allowed", async () => {
    await serve();
    const opened = await read<Counter>(server.url);
    server.write({ n: 7 });
    const error = await failure(update(opened, increment, { maxAttempts: 1 }));
    expect(error).toMatchObject({ name: "ConflictError", base: { n: 1 }, mine: { n: 2 }, latest: undefined });
    expect(server.methods()).toEqual(["GET", "PUT"]);
  });

  it.each([{ etag: "*" }, { etag: '"a", "b"' }, { etag: "" }, { etag: 'W/"a' }])(
    "update from a Snapshot refuses $etag",
    async ({ etag }) => {
      await serve();
      const error = await failure(update({ url: server.url, value: { n: 1 }, etag }, increment));
      expect(error).toBeInstanceOf(TypeError);
      expect(server.log).toEqual([]);
    },
  );

  it("update from a Snapshot sends nothing without a tag", async () => {
    await serve();
    const error = await failure(update({ url: server.url, value: { n: 1 } }, increment));
    expect(error).toBeInstanceOf(MissingValidatorError);
    expect(server.log).toEqual([]);
  });
});

describe("update never writes without a condition", () => {
  it.each([{}, { etag: "*" }, { etag: '"a", "b"' }])("the field %j is not a tag", async (headers) => {
    await serve({ show: () => ({ headers: headers as Record<string, string> }) });
    const error = await failure(update<Counter>(server.url, increment));
    expect(error).toBeInstanceOf(MissingValidatorError);
    expect(server.methods()).toEqual(["GET"]);
  });

  it("update sends a weak tag as it is", async () => {
    await serve({ tag: (version) => `W/"${version}"` });
    await update<Counter>(server.url, increment);
    expect(server.log[1]!.headers["if-match"]).toBe('W/"1"');
  });

  it("update gives up when a tag from a fresh read is refused twice", async () => {
    await serve({ tag: (version) => `W/"${version}"`, accepts: () => false });
    const error = await failure(update<Counter>(server.url, increment, soon));
    expect(error).toBeInstanceOf(UnusableValidatorError);
    expect(error).toMatchObject({ etag: 'W/"1"' });
    expect(server.methods()).toEqual(["GET", "PUT", "GET", "PUT"]);
    expect(server.log.every(({ method, headers }) => method === "GET" || headers["if-match"])).toBe(true);
  });
});

describe("update takes the tag from the content, by its dialect", () => {
  const inBody = {
    show: (value: unknown, etag: string) => ({ body: JSON.stringify({ ...(value as object), etag }) }),
  };

  it("update takes the tag from the content, with its quotes", async () => {
    await serve(inBody);
    await update<Counter>(server.url, increment, { dialect: google });
    expect(server.log[1]!.headers["if-match"]).toBe('"v1"');
  });

  it("update takes a tag without quotes from the content, and adds quotes in If-Match", async () => {
    const context = (tag: string) => ({ "@context": { headers: { ETag: tag.slice(1, -1) } } });
    await serve({
      show: (value, tag) => ({ body: JSON.stringify({ ...(value as object), ...context(tag) }) }),
    });
    await update<Counter>(server.url, increment, { dialect: oracle, method: "PATCH" });
    expect(server.log[1]!.headers["if-match"]).toBe('"v1"');
    expect(server.log[1]!.body).toBe('{"n":2}');
  });

  it("update takes the tag from the answer to a write that has the tag only in its content", async () => {
    await serve({
      ...inBody,
      done: (value, etag) => ({
        status: 200,
        headers: { "content-type": "application/json", "content-location": "/document" },
        body: JSON.stringify({ ...(value as object), by: "server", etag }),
      }),
    });
    const result = await update<Counter>(server.url, increment, { dialect: google });
    expect(result).toMatchObject({ etag: '"v2"', value: { n: 2, by: "server" } });
    expect((await update(result, increment, { dialect: google })).etag).toBe('"v3"');
    expect(server.methods()).toEqual(["GET", "PUT", "PUT"]);
  });

  it("update finds no tag in the content without a dialect", async () => {
    const headers = { "content-type": "application/json", "content-location": "/document" };
    await serve({
      done: (value) => ({
        status: 200,
        headers,
        body: JSON.stringify({ ...(value as object), by: "server" }),
      }),
    });
    const result = await update<Counter>(server.url, increment);
    expect(result.value).toEqual({ n: 2, by: "server" });
    expect(result).not.toHaveProperty("etag");
  });

  it("update does not treat a report in the answer as the document", async () => {
    await serve({ done: (_, etag) => ({ status: 200, headers: { etag }, body: '{"ok":true,"rev":"2"}' }) });
    const result = await update<Counter>(server.url, increment);
    expect(result).toMatchObject({ value: { n: 2 }, etag: '"v2"' });
    expect(await result.response.json()).toEqual({ ok: true, rev: "2" });
  });
});

describe("update with PATCH sends a merge patch", () => {
  it("update with PATCH sends the members that differ", async () => {
    await serve({}, { n: 1, deep: { a: 1, b: 2 }, list: [1] });
    const recipe = (it: Counter) => ({ ...it, n: 2, deep: { a: 1, b: 3 } });
    const result = await update<Counter>(server.url, recipe, { method: "PATCH" });
    expect(server.log[1]).toMatchObject({ method: "PATCH", body: '{"n":2,"deep":{"b":3}}' });
    expect(server.log[1]!.headers["content-type"]).toBe("application/merge-patch+json");
    expect(result.value).toEqual({ n: 2, deep: { a: 1, b: 3 }, list: [1] });
  });

  it("update with PATCH leaves absent members alone, and removes those that are undefined, null or deleted in place", async () => {
    await serve({}, { n: 1, note: "x" });
    await update<Counter>(server.url, () => ({ n: 2 }), { method: "PATCH" });
    await update<Counter>(server.url, (it) => ({ ...it, note: undefined }), { method: "PATCH" });
    const inPlace = (it: Counter) => {
      delete (it as Partial<Counter>).n;
      return it;
    };
    await update<Counter>(server.url, inPlace as never, { method: "PATCH" });
    const patches = server.log.filter(({ method }) => method === "PATCH").map(({ body }) => body);
    expect(patches).toEqual(['{"n":2}', '{"note":null}', '{"n":null}']);
  });

  it("update with PATCH sends nothing if nothing differs", async () => {
    await serve();
    expect(await update<Counter>(server.url, (it) => ({ ...it }), { method: "PATCH" })).toMatchObject({
      status: "unchanged",
    });
  });
});

describe("update with the caller's encode and decode", () => {
  it("update with encode and decode writes text", async () => {
    await serve({ done: (_, etag) => ({ status: 204, headers: { etag } }) }, "text");
    const options = {
      decode: (response: Response) => response.text(),
      encode: (text: string) => text,
      headers: { "Content-Type": "text/plain" },
    };
    await update<string>(server.url, (text) => `${text}`, options);
    expect(server.log[1]).toMatchObject({ body: '"text"' });
    expect(server.log[1]!.headers["content-type"]).toBe("text/plain");
  });

  it("update with encode and decode refuses a stream, which could not be sent again", async () => {
    await serve();
    const error = await failure(
      update<Counter>(server.url, increment, { encode: () => new ReadableStream() }),
    );
    expect(error).toBeInstanceOf(TypeError);
    expect(server.methods()).toEqual(["GET"]);
  });
});

describe("update reports a programmer's mistake at once", () => {
  it.each([
    [{ maxAttempt: 3 }, "maxAttempt"],
    [{ maxAttempts: 0 }, "maxAttempts"],
    [{ timeout: -1 }, "timeout"],
    [{ method: "POST" }, '"PUT" or "PATCH"'],
    [{ headers: { "If-Match": "*" } }, "If-Match"],
    [{ headers: { Range: "bytes=0-1" } }, "Range"],
    [{ idempotencyKey: "a" }, "idempotencyKey"],
    [{ backoff: 3 }, "backoff"],
    [{ dialect: { eTag: "/etag" } }, "eTag"],
  ])("%j", async (options, words) => {
    await serve();
    const error = await failure(update<Counter>(server.url, increment, options as never));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(words);
    expect(server.log).toEqual([]);
  });

  it("a url that cannot be requested", async () => {
    await serve();
    const began = performance.now();
    expect(await failure(update<Counter>("/document", increment))).toBeInstanceOf(TypeError);
    expect(await failure(update<Counter>("", increment))).toBeInstanceOf(TypeError);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe("ConflictError and the other errors", () => {
  it("the errors are recognised across copies of the package, and distinguished", () => {
    const brand = { [Symbol.for("@entity-tag/client/error")]: "ENTITY_TAG_CONFLICT" };
    const copy = Object.assign(new Error("from another copy"), brand);
    expect(copy instanceof ConflictError).toBe(true);
    expect({ code: "ENTITY_TAG_CONFLICT" } instanceof ConflictError).toBe(false);
    expect(copy instanceof HttpError).toBe(false);
    class Mine extends ConflictError {}
    expect(copy instanceof Mine).toBe(false);
    const mine = new Mine({ url: "", attempts: 1, base: 1 });
    expect([mine instanceof Mine, mine instanceof ConflictError, mine instanceof HttpError]).toEqual([
      true,
      true,
      false,
    ]);
    expect(new AmbiguousWriteError({ url: "", attempts: 1 }) instanceof ConflictError).toBe(false);
  });
});
