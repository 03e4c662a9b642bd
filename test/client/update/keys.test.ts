import { AmbiguousWriteError, ConflictError, HttpError, update } from "@entity-tag/client";
import { afterEach, describe, expect, it } from "vitest";
import { type Behaviour, type DocumentServer, documentServer } from "./document-server.ts";

interface Counter {
  n: number;
}

let server: DocumentServer;
afterEach(() => server.close());

const keyed = { backoff: () => 1, timeout: 500, idempotencyKey: true } as const;
const increment = (counter: Counter) => ({ ...counter, n: counter.n + 1 });
const serve = async (behaviour?: Behaviour) => {
  server = await documentServer({ n: 1 }, behaviour);
};
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );
const puts = () => server.log.filter(({ method }) => method === "PUT");
const keys = () => puts().map(({ headers }) => headers["idempotency-key"]);

/** The first answer is lost after the write was made; the second one is a 412 with these fields. */
const lostThenRefused = (headers: Record<string, string>): Behaviour => ({
  fault: ({ method, nth }) => {
    if (method !== "PUT") return undefined;
    return nth === 1 ? "lost after" : nth === 2 ? { status: 412, headers } : undefined;
  },
});

describe("update with an idempotencyKey", () => {
  it("update with an idempotencyKey sends the same request again with the same key, a structured string, without a read", async () => {
    await serve({
      fault: ({ method, nth }) => {
        if (method !== "PUT") return undefined;
        return nth === 1 ? "lost after" : { status: 204, headers: { etag: '"v2"' } };
      },
    });
    const result = await update<Counter>(server.url, increment, keyed);
    expect(result).toMatchObject({ value: { n: 2 }, etag: '"v2"', attempts: 2 });
    expect(server.methods()).toEqual(["GET", "PUT", "PUT"]);
    expect(keys()[0]).toMatch(/^"[\w-]{16,}"$/);
    expect(keys()[1]).toBe(keys()[0]);
    expect(puts()[1]!.body).toBe(puts()[0]!.body);
  });

  it("update with an idempotencyKey makes a new key when the recipe runs again", async () => {
    await serve({
      fault: ({ method, nth }, it) => void (method === "PUT" && nth === 1 && it.write({ n: 10 })),
    });
    await update<Counter>(server.url, increment, keyed);
    expect(new Set(keys()).size).toBe(2);
  });

  it("update with an idempotencyKey treats a 412 to a resend as a conflict if the server keeps a ledger", async () => {
    await serve({
      fault: ({ method, nth }, it) => {
        if (method !== "PUT" || nth > 2) return undefined;
        if (nth === 1) return "lost before";
        it.write({ n: 10 });
        return { status: 412, headers: { "idempotency-ledger": "max-age=86400" } };
      },
    });
    expect((await update<Counter>(server.url, increment, keyed)).value).toEqual({ n: 11 });
  });

  it.each([{}, { "idempotency-ledger": "max-age=0" }, { "idempotency-ledger": "yes" }])(
    "update with an idempotencyKey treats a 412 to a resend with %j as an unknown outcome",
    async (headers) => {
      await serve(lostThenRefused(headers as Record<string, string>));
      const error = await failure(update<Counter>(server.url, increment, keyed));
      expect(error).toBeInstanceOf(AmbiguousWriteError);
      expect(server.history).toEqual([{ n: 2 }]);
    },
  );

  it.each(["Authorization", "Cookie", "X-Api-Key", "Private-Token", "X-Amz-Security-Token"])(
    "update with an idempotencyKey treats a 412 as an unknown outcome after %s was refreshed, because the key then belongs to another client",
    async (name) => {
      await serve(lostThenRefused({ "idempotency-ledger": "max-age=86400" }));
      let token = 0;
      const headers = () => ({ [name]: `Bearer ${token++}` });
      const error = await failure(update<Counter>(server.url, increment, { ...keyed, headers }));
      expect(error).toBeInstanceOf(AmbiguousWriteError);
      expect(server.history).toEqual([{ n: 2 }]);
    },
  );

  it("update with an idempotencyKey treats a 412 as a conflict when only the number of a request has changed", async () => {
    await serve({
      fault: ({ method, nth }, it) => {
        if (method !== "PUT" || nth > 2) return undefined;
        if (nth === 1) return "lost before";
        it.write({ n: 10 });
        return { status: 412, headers: { "idempotency-ledger": "max-age=86400" } };
      },
    });
    let request = 0;
    const headers = () => ({ "X-Request-Id": String(request++) });
    expect((await update<Counter>(server.url, increment, { ...keyed, headers })).value).toEqual({ n: 11 });
  });

  it("update with an idempotencyKey waits while an earlier copy is being handled (409)", async () => {
    await serve({
      fault: ({ method, nth }) =>
        method === "PUT" && nth <= 2 ? { status: 409, headers: { "retry-after": "0" } } : undefined,
    });
    expect(await update<Counter>(server.url, increment, keyed)).toMatchObject({ attempts: 3 });
    expect(new Set(keys()).size).toBe(1);
  });

  it("update with an idempotencyKey ends at once on a 409 that refuses the change itself", async () => {
    const body = '{"type":"https://example.com/overbooked","title":"Overbooked"}';
    const headers = { "content-type": "application/problem+json" };
    await serve({ fault: ({ method }) => (method === "PUT" ? { status: 409, headers, body } : undefined) });
    const error = await failure(update<Counter>(server.url, increment, keyed));
    expect(error).toBeInstanceOf(HttpError);
    expect(puts()).toHaveLength(1);
  });

  it("update with an idempotencyKey treats a 412 to the first copy as a conflict, as without a key", async () => {
    await serve({ fault: ({ method }, it) => void (method === "PUT" && it.write({ n: 10 })) });
    const error = await failure(update<Counter>(server.url, increment, { ...keyed, maxAttempts: 1 }));
    expect(error).toBeInstanceOf(ConflictError);
  });

  it("update with an idempotencyKey escapes the caller's key, and refuses a key that cannot be sent or that was used", async () => {
    await serve({
      fault: ({ method, nth }, it) => void (method === "PUT" && nth === 2 && it.write({ n: 10 })),
    });
    await update<Counter>(server.url, increment, { ...keyed, idempotencyKey: () => 'a"\\b' });
    expect(keys()).toEqual(['"a\\"\\\\b"']);
    const twice = await failure(
      update<Counter>(server.url, increment, { ...keyed, idempotencyKey: () => "same" }),
    );
    expect(twice).toBeInstanceOf(TypeError);
    const odd = await failure(
      update<Counter>(server.url, increment, { ...keyed, idempotencyKey: () => "ü" }),
    );
    expect(odd).toBeInstanceOf(TypeError);
    expect(puts()).toHaveLength(2);
  });
});
