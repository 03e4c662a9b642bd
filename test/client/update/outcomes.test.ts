import { gzipSync } from "node:zlib";
import {
  AlreadyExistsError,
  ConflictError,
  create,
  HttpError,
  read,
  remove,
  stamped,
  type UpdateOptions,
  update,
} from "@entity-tag/client";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Behaviour, type DocumentServer, documentServer, type Fault } from "./document-server.ts";

interface Counter {
  n: number;
  by?: string;
}

// `test/client/fault-matrix.test.ts` has each fault with each function. Here are the options and the neighbours.
const rejections: unknown[] = [];
beforeAll(() => {
  process.on("unhandledRejection", (reason) => rejections.push(reason));
});

let server: DocumentServer;
afterEach(async () => {
  (server as DocumentServer | undefined)?.close();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(rejections).toEqual([]);
});

const soon: UpdateOptions<Counter> = { backoff: () => 1, timeout: 500 };
const serve = async (behaviour?: Behaviour, value: unknown = { n: 1 }) => {
  server = await documentServer(value, behaviour);
};
const increment = (counter: Counter) => ({ ...counter, n: counter.n + 1 });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );
const writes = () => server.methods().filter((method) => method !== "GET").length;
/** The first write has this fault, the others have no fault. */
const once = (fault: Fault): Behaviour => ({
  fault: ({ method, nth }) => (method !== "GET" && nth === 1 ? fault : undefined),
});
const always = (fault: Fault): Behaviour => ({
  fault: ({ method }) => (method !== "GET" ? fault : undefined),
});
/** The first write has this fault, and another client writes before the next answer. */
const thenOvertaken = (fault: Fault, by: unknown = { n: 100 }): Behaviour => ({
  fault: ({ method, nth }, it) => {
    if (method !== "GET" && nth === 1) setTimeout(() => it.write(by), 5);
    return method !== "GET" && nth === 1 ? fault : undefined;
  },
});

/** Faults after the write was made, so that the client cannot know. */
const made: Record<string, Fault> = {
  "lost after it was made": "lost after",
  "silent after it was made": "silent after",
  "502 after it was made": { status: 502, done: true },
  "504 after it was made": { status: 504, done: true },
  "503 after it was made": { status: 503, done: true },
};

describe.each(Object.entries(made))("%s", (_, fault) => {
  it("update recognises its write by wasApplied", async () => {
    await serve(once(fault));
    const wasApplied = (latest: Counter, sent: Counter) => latest.n === sent.n;
    const result = await update<Counter>(server.url, increment, { ...soon, wasApplied });
    expect(result).toMatchObject({ value: { n: 2 }, etag: '"v2"', status: "updated" });
    expect(server.history).toEqual([{ n: 2 }]);
  });

  it("update recognises its stamp, even if another client has changed the value since", async () => {
    await serve({
      fault: ({ method, nth }, it) => {
        if (method === "GET" && nth === 2) it.write({ ...(it.value as Counter), n: 50 });
        return method === "PUT" && nth === 1 ? fault : undefined;
      },
    });
    const result = await update<Counter>(server.url, stamped(increment), soon);
    expect(result).toMatchObject({ value: { n: 50 }, status: "updated" });
    expect(server.history.map((value) => (value as Counter).n)).toEqual([2, 50]);
  });

  it("create recognises its write by wasApplied", async () => {
    await serve(once(fault), null);
    const mine = { n: 1, by: "me" };
    const result = await create<Counter>(server.url, mine, { ...soon, wasApplied: ({ by }) => by === "me" });
    expect(result).toMatchObject({ status: "created", value: mine, etag: '"v2"' });
  });
});

describe("update: a write that was not made and whose answer was lost", () => {
  it("a write whose answer was lost is recognised as not made by its stamp, even after another client's write", async () => {
    await serve(thenOvertaken("lost before", { n: 100, _operations: ["a", "b"] }), {
      n: 1,
      _operations: ["a"],
    });
    const result = await update<Counter>(server.url, stamped(increment), { ...soon, backoff: () => 20 });
    expect(result.value.n).toBe(101);
  });

  it("a write whose answer was lost is ambiguous when the stamps are gone", async () => {
    await serve({
      fault: ({ method, nth }, it) => {
        if (method === "GET" && nth === 2) it.write({ n: 100 });
        return method === "PUT" && nth === 1 ? "lost before" : undefined;
      },
    });
    const error = await failure(update<Counter>(server.url, stamped(increment), soon));
    expect(error).toMatchObject({ name: "AmbiguousWriteError", latest: { n: 100 } });
    expect(server.history).toEqual([{ n: 100 }]);
  });

  it("a write whose answer was lost may still arrive, but is never applied after the second copy", async () => {
    await serve(once({ doneAfter: 1000 }));
    const result = await update<Counter>(server.url, increment, soon);
    expect(result).toMatchObject({ value: { n: 2 }, attempts: 2 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.history).toEqual([{ n: 2 }]);
  });

  it("a write whose answer was lost is ambiguous when no attempt is left", async () => {
    await serve(always("lost before"));
    const error = await failure(update<Counter>(server.url, increment, { ...soon, maxAttempts: 3 }));
    expect(error).toMatchObject({ name: "AmbiguousWriteError", sent: { n: 2 }, attempts: 3 });
    expect(writes()).toBe(3);
  });

  it("a write whose answer was lost is ambiguous when the server cannot be reached", async () => {
    await serve({ fault: ({ method, nth }) => (method === "PUT" || nth > 1 ? "lost before" : undefined) });
    const error = await failure(update<Counter>(server.url, increment, { ...soon, maxAttempts: 2 }));
    expect(error).toMatchObject({ name: "AmbiguousWriteError", latest: undefined });
    expect(writes()).toBe(1);
  });
});

describe("read", () => {
  const first = (fault: Fault): Behaviour => ({
    fault: ({ method, nth }) => (method === "GET" && nth === 1 ? fault : undefined),
  });

  it("read returns the value of a compressed answer", async () => {
    const body = gzipSync('{"n":7}');
    const headers = { etag: '"z"', "content-encoding": "gzip" };
    await serve(first({ status: 200, headers, body: body as unknown as string }));
    expect(await read(server.url)).toEqual({ url: server.url, value: { n: 7 }, etag: '"z"' });
  });

  it("read follows redirects, and the write goes to the final url", async () => {
    await serve(first({ status: 302, headers: { location: "/moved" } }));
    const result = await update<Counter>(server.url, increment);
    expect(result.url).toBe(new URL("/moved", server.url).href);
    expect(result.attempts).toBe(1);
  });

  it.each([
    ["a 304 to a request without a condition", { status: 304 }, "was answered 304"],
    ["a part of the whole", { status: 206, headers: { etag: '"v1"' }, body: '{"n":1}' }, "was answered 206"],
    ["another form than JSON", { status: 200, headers: { etag: '"v1"' }, body: "<html>" }, "not JSON"],
  ] as const)("read treats %s as an error", async (_, fault, words) => {
    await serve(first(fault));
    const error = await failure(read(server.url));
    expect(error).toBeInstanceOf(HttpError);
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("redirect");
    expect(server.methods()).toEqual(["GET"]);
  });
});

describe("update ends at once on an answer", () => {
  const final: Record<string, Fault> = {
    "422": { status: 422 },
    "403": { status: 403 },
    "a redirect": { status: 303, headers: { location: "/login" } },
    "a redirect that keeps the method": { status: 307, headers: { location: "/login" } },
    "a permanent redirect that keeps the method": { status: 308, headers: { location: "/login" } },
    "a Retry-After of more than a minute": { status: 503, headers: { "retry-after": "3600" } },
  };
  it.each(Object.entries(final))("%s", async (_, fault) => {
    await serve(always(fault));
    for (const act of [() => update<Counter>(server.url, increment, soon), () => remove(server.url)]) {
      const error = await failure(act());
      expect(error).toBeInstanceOf(HttpError);
      expect(error.status).toBe((fault as { status: number }).status);
    }
    expect(writes()).toBe(2);
  });

  it("is ambiguous after an answer was lost", async () => {
    await serve({
      fault: ({ method, nth }) =>
        method === "PUT" ? (nth === 1 ? "lost before" : { status: 403 }) : undefined,
    });
    const error = await failure(update<Counter>(server.url, increment, soon));
    expect(error).toMatchObject({ name: "AmbiguousWriteError", cause: { status: 403 } });
  });
});

describe("create and remove", () => {
  it("create never overwrites", async () => {
    await serve();
    const error = await failure(create<Counter>(server.url, { n: 5 }));
    expect(error).toBeInstanceOf(AlreadyExistsError);
    expect(server.methods()).toEqual(["PUT"]);
    expect(server.log[0]!.headers["if-none-match"]).toBe("*");
    expect(server.history).toEqual([]);
  });

  it("remove says that the resource was absent", async () => {
    await serve({}, null);
    expect(await remove(server.url)).toEqual({ status: "absent", attempts: 0 });
    expect(await remove({ url: server.url, value: 1, etag: '"v1"' })).toEqual({
      status: "absent",
      attempts: 1,
    });
  });

  it("remove with a Snapshot does not delete a later version", async () => {
    await serve();
    const seen = await read<Counter>(server.url);
    server.write({ n: 2 });
    expect(await failure(remove(seen))).toBeInstanceOf(ConflictError);
    expect(server.value).toEqual({ n: 2 });
  });

  it("remove with a url reads again after a change", async () => {
    await serve({
      fault: ({ method, nth }, it) => void (method === "DELETE" && nth === 1 && it.write({ n: 2 })),
    });
    expect(await remove(server.url, { backoff: () => 1 })).toEqual({ status: "removed", attempts: 2 });
  });
});

describe("update and time", () => {
  it("Retry-After is obeyed, in seconds and as a date", async () => {
    await serve({
      fault: ({ method, nth }) => {
        const date = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000).toUTCString();
        return method === "PUT" && nth < 3
          ? { status: 503, headers: { "retry-after": nth === 1 ? "1" : date } }
          : undefined;
      },
    });
    await update<Counter>(server.url, increment, { backoff: () => 0 });
    const [first, second, third] = server.log.filter(({ method }) => method === "PUT").map(({ at }) => at);
    expect(second! - first!).toBeGreaterThan(950);
    expect(third! - second!).toBeGreaterThan(900);
  });

  it.each(["read", "recipe", "write", "pause"])(
    "the signal ends the update during the %s, with its reason",
    async (when) => {
      const fault = ({ method }: { method: string }): Fault => {
        if (method === "GET") return when === "read" ? "silent before" : undefined;
        return when === "write" ? "silent before" : { status: 503, headers: { "retry-after": "30" } };
      };
      await serve({ fault });
      const controller = new AbortController();
      const recipe = when === "recipe" ? () => new Promise<Counter>(() => {}) : increment;
      setTimeout(() => controller.abort(new Error("enough")), 50);
      const began = performance.now();
      const error = await failure(update<Counter>(server.url, recipe, { signal: controller.signal }));
      expect(error).toMatchObject({ message: "enough" });
      expect(performance.now() - began).toBeLessThan(5_000);
    },
  );

  it("update does not wait for a fetch that ignores its signal", async () => {
    await serve();
    const deaf = () => new Promise<Response>(() => {});
    const error = await failure(
      read(server.url, { fetch: deaf, timeout: 20, maxAttempts: 2, backoff: () => 1 }),
    );
    expect(error).toMatchObject({ name: "TimeoutError" });
  });

  it("update leaves no listener on the signal and no open request", async () => {
    await serve(once("lost after"));
    const { signal } = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--;
      removeEventListener.apply(signal, args);
    };
    await failure(update<Counter>(server.url, increment, { ...soon, signal }));
    expect(listeners).toBe(0);
  });
});
