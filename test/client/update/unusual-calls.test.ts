import {
  AmbiguousWriteError,
  conditionalFetch,
  create,
  HttpError,
  memoryStore,
  read,
  remove,
  stamped,
  type UpdateOptions,
  update,
} from "@entity-tag/client";
import { afterEach, describe, expect, it } from "vitest";
import { type Behaviour, type DocumentServer, documentServer } from "./document-server.ts";

interface Counter {
  n: number;
  by?: string;
}

let server: DocumentServer;
afterEach(() => server.close());

const serve = async (behaviour?: Behaviour, value: unknown = { n: 1 }) => {
  server = await documentServer(value, behaviour);
};
const increment = (counter: Counter) => ({ ...counter, n: counter.n + 1 });
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => error,
  );

describe("the signal ends an update while it waits for", () => {
  type Never = () => Promise<never>;
  const options: Record<string, (never: Never) => UpdateOptions<Counter>> = {
    headers: (never) => ({ headers: never }),
    encode: (never) => ({ encode: never }),
    decode: (never) => ({ decode: never }),
    "a fetch to forget": (never) => ({
      fetch: Object.assign((...args: Parameters<typeof fetch>) => fetch(...args), { forget: never }),
    }),
  };

  it.each(Object.entries(options))("%s", async (_, given) => {
    await serve({ fault: ({ method }) => (method === "PUT" ? { status: 412 } : undefined) });
    const controller = new AbortController();
    const never = () => {
      setTimeout(() => controller.abort(new Error("enough")), 1);
      return new Promise<never>(() => {});
    };
    const { signal } = controller;
    const error = await failure(update(server.url, increment, { ...given(never), backoff: () => 1, signal }));
    expect(error).toMatchObject({ message: "enough" });
  });
});

it("headers that an iterator gives only once are sent with every request", async () => {
  await serve();
  const authorizations: (string | null)[] = [];
  await update(server.url, increment, {
    headers: new Map([["Authorization", "ann"]]).entries() as never,
    fetch: (input, init) => {
      authorizations.push(new Headers(init?.headers).get("Authorization"));
      return fetch(input, init);
    },
  });
  expect(authorizations).toEqual(["ann", "ann"]);
});

it("a form has the same octets each time it is sent, because a ledger compares them", async () => {
  const contents: string[] = [];
  const types: (string | null)[] = [];
  await serve({ fault: ({ nth }) => (nth === 1 ? "lost after" : undefined) }, undefined);
  await create(
    server.url,
    { a: 1 },
    {
      encode() {
        const form = new FormData();
        form.set("a", new Blob(["x"]), "name");
        return form;
      },
      idempotencyKey: true,
      backoff: () => 1,
      fetch: async (input, init) => {
        const request = new Request(input, init);
        types.push(request.headers.get("Content-Type"));
        contents.push(await request.clone().text());
        return fetch(request);
      },
    },
  ).catch(() => {});
  expect(types[0]).toMatch(/^multipart\/form-data; boundary=/);
  expect([types[1], contents[1]]).toEqual([types[0], contents[0]]);
  expect(contents[0]).toContain(types[0]!.split("boundary=")[1]!);
});

it.each(["conflict", "gone", "again"])(
  "a dialect whose `%s` is asynchronous by mistake says nothing about a 403",
  async (name) => {
    await serve({ fault: ({ method }) => (method === "GET" ? undefined : { status: 403 }) });
    const dialect = { [name]: async () => false } as never;
    for (const call of [
      () => update(server.url, increment, { dialect }),
      () => remove(server.url, { dialect }),
    ] as (() => Promise<unknown>)[])
      expect(await failure(call())).toMatchObject({ name: "HttpError", status: 403 });
    expect(server.methods().filter((method) => method !== "GET")).toEqual(["PUT", "DELETE"]);
  },
);

describe("an error whose content never ends", () => {
  /** A head, and a content that stalls. */
  const stalled = (status: number) => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) });
    return new Response(body, { status, headers: { "Content-Type": "application/json" } });
  };
  const soon = { timeout: 1000, backoff: () => 1 };

  it("an error whose content never ends counts by its head: a forbidden write is not sent again", async () => {
    await serve();
    let writes = 0;
    const fetching: typeof fetch = async (url, init) => {
      if (init?.method !== "PUT") return fetch(url, init);
      writes++;
      return stalled(403);
    };
    const error = await failure(update(server.url, increment, { ...soon, fetch: fetching }));
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toMatchObject({ status: 403 });
    expect(writes).toBe(1);
  });

  it("an error whose content never ends counts by its head: after a conflict the recipe runs again", async () => {
    await serve();
    let isFirst = true;
    const fetching: typeof fetch = async (url, init) => {
      if (init?.method !== "PUT" || !isFirst) return fetch(url, init);
      isFirst = false;
      server.write({ n: 10 });
      return stalled(412);
    };
    const done = await update<Counter>(server.url, increment, { ...soon, fetch: fetching });
    expect([done.value, done.attempts]).toEqual([{ n: 11 }, 2]);
  });

  it("an error whose content never ends counts by its head: an absent resource is read once", async () => {
    await serve();
    let reads = 0;
    const fetching = async () => {
      reads++;
      return stalled(404);
    };
    expect(await failure(read(server.url, { ...soon, fetch: fetching }))).toMatchObject({ status: 404 });
    expect(reads).toBe(1);
  });
});

it("a store that fails does not fail an update after a conflict", async () => {
  await serve({ fault: ({ method, nth }) => (method === "PUT" && nth === 1 ? { status: 412 } : undefined) });
  const down = () => Promise.reject(new Error("the store is down"));
  const fetching = conditionalFetch({ store: { ...memoryStore(), read: down, write: down, remove: down } });
  let reads = 0;
  const recipe = (counter: Counter) => {
    // Another client is faster once.
    if (reads++ === 0) server.write({ n: 5 });
    return increment(counter);
  };
  const done = await update<Counter>(server.url, recipe, { fetch: fetching, backoff: () => 1 });
  expect(done.value).toEqual({ n: 6 });
});

describe("a url that no request can have is not treated as a lost answer", () => {
  const urls = ["/document", "http://ann:secret@127.0.0.1/"];

  it.each(urls)("%s", async (url) => {
    await serve();
    const snapshot = { url, value: { n: 1 }, etag: '"v1"' };
    const backoff = () => {
      throw new Error("It must not be tried again");
    };
    for (const work of [
      update<Counter>(snapshot, increment, { backoff }),
      create(url, { n: 1 }, { backoff }),
      remove(snapshot, { backoff }),
      read(url, { backoff }),
    ])
      expect(await failure(work)).toMatchObject({ name: "TypeError" });
  });

  it.each(["/document", "http://["])("%s is refused with what to give instead", async (url) => {
    await serve();
    const fetching = conditionalFetch();
    for (const work of [read(url), create(url, 1), update(url, () => 1, { fetch: fetching }), remove(url)]) {
      const { message } = await failure(work);
      expect(message).toBe(`Cannot use "${url}" as a url: give an absolute one`);
    }
  });

  it("a relative url counts as a lost answer if the caller's own fetch accepts it and loses the answer", async () => {
    await serve({ fault: ({ method }) => (method === "PUT" ? "lost after" : undefined) });
    const below = (url: string | URL | Request, init?: RequestInit) =>
      fetch(new URL(String(url), server.url), init);
    const snapshot = { url: "/document", value: { n: 1 }, etag: '"v1"' };
    const error = await failure(update<Counter>(snapshot, increment, { fetch: below, backoff: () => 1 }));
    expect(error).toBeInstanceOf(AmbiguousWriteError);
  });
});

describe("a value that JSON would show as {} is refused", () => {
  const values: Record<string, unknown> = {
    "a stream": new Blob(["text"]).stream(),
    "a promise": Promise.resolve("text"),
    "a form": new FormData(),
    "a Map": new Map([["n", 1]]),
    "a Response": new Response("text"),
  };

  it.each(Object.entries(values))("%s", async (_, value) => {
    await serve();
    expect(await failure(create(server.url, value))).toBeInstanceOf(TypeError);
    expect(server.log).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["an infinite number", [1, { n: Number.POSITIVE_INFINITY }]],
    ["an invalid date", { by: new Date(Number.NaN) }],
    ["a Map inside", { n: new Map([["n", 1]]) }],
  ])("%s, which JSON would change, is not written", async (_, value) => {
    await serve();
    for (const method of ["PUT", "PATCH"] as const)
      expect(await failure(update<unknown>(server.url, () => value, { method }))).toBeInstanceOf(TypeError);
    expect(server.methods()).toEqual(["GET", "GET"]);
  });

  it("an empty object is written", async () => {
    await serve(undefined, null);
    expect((await create(server.url, {})).status).toBe("created");
    expect(server.value).toEqual({});
  });
});

it("a stamped recipe that deletes a member in place removes it under PATCH, too", async () => {
  await serve(undefined, { n: 1, by: "ann", deep: { a: 1, b: 2 } });
  const recipe = stamped<{ by?: string; deep: { a?: number } }>((document) => {
    delete document.by;
    delete document.deep.a;
    return document;
  });
  const done = await update(server.url, recipe, { method: "PATCH" });
  const sent = JSON.parse(server.log.at(-1)!.body);
  expect(sent).toEqual({ by: null, deep: { a: null }, _operations: [expect.any(String)] });
  expect(done.value).toEqual({ n: 1, deep: { b: 2 }, _operations: sent._operations });
});

it("a stamped recipe may return a frozen document", async () => {
  await serve();
  const decode = async (response: Response) => Object.freeze(await response.json());
  const done = await update<Counter>(
    server.url,
    stamped((counter) => counter),
    { decode },
  );
  expect(done.value).toMatchObject({ n: 1, _operations: [expect.any(String)] });
});

it("remove does not call wasApplied, because a removal sends no value to compare with", async () => {
  await serve({
    fault: ({ method }, it) => {
      if (method !== "DELETE") return undefined;
      it.write({ n: 5 });
      return "lost before";
    },
  });
  const wasApplied = (latest: Counter, sent: Counter) => latest.n === sent.n;
  const error = await failure(remove<Counter>(server.url, { wasApplied, backoff: () => 1 }));
  expect(error).toBeInstanceOf(AmbiguousWriteError);
});

it("a PATCH that was made is reported as made, although what was read before it can no longer be decoded", async () => {
  await serve(undefined, { n: 1, by: "ann" });
  const decode = async (response: Response) => {
    if (server.methods().includes("PATCH")) throw new Error("too late");
    return (await response.json()) as Counter;
  };
  const done = await update<Counter>(server.url, increment, { method: "PATCH", decode });
  expect(done).toMatchObject({ status: "updated", value: { n: 2, by: "ann" }, attempts: 1 });
});

describe("a PATCH with a value that JSON writes as a text, such as a Date", () => {
  interface Event {
    n: number;
    when: Date;
    deep?: { end: Date };
  }
  const [old, next] = [new Date("2020-01-01"), new Date("2021-01-01")];

  it("a PATCH sends it when it differs from one that `decode` made, and returns it", async () => {
    server = await documentServer({ n: 0, when: old });
    const decode = async (response: Response): Promise<Event> => {
      const event = await response.json();
      return { ...event, when: new Date(event.when) };
    };
    const options = { method: "PATCH", decode } as const;
    const done = await update<Event>(server.url, (event) => ({ ...event, when: next }), options);
    expect([done.status, done.value]).toEqual(["updated", { n: 0, when: next }]);
    expect(server.log[1]!.body).toBe('{"when":"2021-01-01T00:00:00.000Z"}');
    expect((await update<Event>(done, (event) => ({ ...event, when: next }), options)).status).toBe(
      "unchanged",
    );
  });

  it("a PATCH returns it when it is new, also inside of another member", async () => {
    server = await documentServer({ n: 0 });
    const recipe = (event: Event) => ({ ...event, when: next, deep: { end: next } });
    const done = await update<Event>(server.url, recipe, { method: "PATCH" });
    expect(done.value).toEqual({ n: 0, when: next, deep: { end: next } });
  });
});

it("a PATCH sends a member named __proto__, which is data in JSON", async () => {
  await serve();
  await update<unknown>(server.url, () => JSON.parse('{"__proto__":{"a":1}}'), { method: "PATCH" });
  expect(server.log.at(-1)!.body).toBe('{"__proto__":{"a":1}}');
});

describe("a fetch that sends a write twice, as browsers do when a reused connection breaks,", () => {
  /** The answer to the first copy is lost, and the caller gets the answer to the second one. */
  const twice: typeof fetch = async (input, init) => {
    if (init?.method === "PUT") await (await fetch(input, init)).arrayBuffer();
    return fetch(input, init);
  };
  const options = { fetch: twice, backoff: () => 1 };

  it.each([1, 8])("makes a stamped update once, with %i attempts", async (maxAttempts) => {
    await serve();
    const done = await update<Counter>(server.url, stamped(increment), { ...options, maxAttempts });
    expect(done).toMatchObject({ status: "updated", value: { n: 2 }, attempts: 1 });
    expect(server.value).toMatchObject({ n: 2 });
  });

  it("creates once, if wasApplied can tell", async () => {
    await serve(undefined, null);
    const wasApplied = (latest: Counter, sent: Counter) => latest.by === sent.by;
    const done = await create<Counter>(server.url, { n: 1, by: "ann" }, { ...options, wasApplied });
    expect(done).toMatchObject({ status: "created", value: { n: 1, by: "ann" }, attempts: 1 });
    const other = create<Counter>(server.url, { n: 1, by: "bob" }, { ...options, wasApplied });
    expect(await failure(other)).toMatchObject({ name: "AlreadyExistsError" });
  });
});

it.each(["yes", 1, 0, null])(
  "a wasApplied that returns %j cannot tell, so nothing is written again",
  async (said) => {
    await serve({ fault: ({ method }) => (method === "PUT" ? "lost after" : undefined) });
    const wasApplied = () => said as unknown as boolean;
    const error = await failure(update<Counter>(server.url, increment, { wasApplied, backoff: () => 1 }));
    expect(error).toBeInstanceOf(AmbiguousWriteError);
    expect(server.value).toEqual({ n: 2 });
  },
);

it("a fetch that gives no response of a server is a lost answer for a write, and a TypeError for a read", async () => {
  await serve();
  for (const given of [undefined, "text", Response.error()]) {
    const fetch = async () => given as Response;
    expect(await failure(read(server.url, { fetch }))).toMatchObject({ name: "TypeError" });
    expect(await failure(create(server.url, 1, { fetch, backoff: () => 1 }))).toBeInstanceOf(
      AmbiguousWriteError,
    );
  }
});

it.each([Number.NaN, -5, Number.POSITIVE_INFINITY])(
  "a backoff of %d causes no warning of the platform",
  async (ms) => {
    await serve({
      fault: ({ method, nth }) => (method === "PUT" && nth === 1 ? { status: 412 } : undefined),
    });
    const warnings: string[] = [];
    const warn = ({ message }: Error) => warnings.push(message);
    process.on("warning", warn);
    const signal = AbortSignal.timeout(500);
    const done = await failure(update<Counter>(server.url, increment, { backoff: () => ms, signal }));
    expect(done?.name).toBe(ms === Number.POSITIVE_INFINITY ? "TimeoutError" : undefined);
    process.off("warning", warn);
    expect(warnings).toEqual([]);
  },
);

describe("a write that was made is never reported as failed,", () => {
  it.each([
    ["a dialect's function cannot read the answer", {}],
    ["its Content-Location is not valid", { "Content-Location": "http://[" }],
  ])("although %s", async (_, headers) => {
    await serve({
      show: (value, tag) => ({ body: JSON.stringify({ ...(value as Counter), meta: { tag } }) }),
      done: () => ({ status: 200, headers, body: '{"ok":true}' }),
    });
    const dialect = { etag: (body: unknown) => (body as { meta: { tag: string } }).meta.tag };
    const done = await update<Counter>(server.url, increment, { dialect });
    expect(done).toMatchObject({ status: "updated", value: { n: 2 }, attempts: 1 });
    expect(await create<unknown>(`${server.url}`, { n: 1 }, { dialect }).catch(({ name }) => name)).toBe(
      "AlreadyExistsError",
    );
  });
});

it.each(["/page", "http://["])(
  "a refusal whose content a dialect's function cannot read is a conflict, with the Content-Location %s",
  async (location) => {
    const body = '{"error":"no"}';
    await serve({
      show: (value, tag) => ({ body: JSON.stringify({ ...(value as Counter), meta: { tag } }) }),
      fault: ({ method, nth, url }) =>
        method === "PUT" && nth === 1
          ? { status: 412, headers: { "Content-Location": location === "/page" ? url : location }, body }
          : undefined,
    });
    const dialect = { etag: (body: unknown) => (body as { meta: { tag: string } }).meta.tag };
    server.write({ n: 5 });
    const opened = { url: server.url, value: { n: 1 }, etag: '"v1"' };
    const done = await update<Counter>(opened, increment, { dialect, backoff: () => 1 });
    expect(done).toMatchObject({ status: "updated", value: { n: 6 }, attempts: 2 });
  },
);

describe("an AmbiguousWriteError is thrown when, after a lost answer,", () => {
  const thrown = new Error("mine");
  const throws = () => {
    throw thrown;
  };
  const key = { idempotencyKey: true } as const;
  const cases: [name: string, options: () => UpdateOptions<Counter>][] = [
    [
      "headers throws",
      () => {
        let calls = 0;
        return { ...key, backoff: () => 1, headers: () => (++calls > 2 ? throws() : {}) };
      },
    ],
    [
      "headers has a field of ours",
      () => {
        let calls = 0;
        return { ...key, backoff: () => 1, headers: () => (++calls > 2 ? { "If-Match": "*" } : {}) };
      },
    ],
    ["backoff throws", () => ({ ...key, backoff: throws })],
    ["wasApplied throws", () => ({ wasApplied: throws })],
  ];

  it.each(cases)("%s", async (_, options) => {
    await serve({ fault: ({ method }) => (method === "PUT" ? "lost after" : undefined) });
    const error = await failure(update<Counter>(server.url, increment, options()));
    expect(error).toBeInstanceOf(AmbiguousWriteError);
    expect(error.sent).toEqual({ n: 2 });
    expect(error.cause).toBeInstanceOf(Error);
    expect(server.value).toEqual({ n: 2 });
  });

  it("the signal aborts: then its reason is thrown, as everywhere", async () => {
    await serve({ fault: ({ method }) => (method === "PUT" ? "lost after" : undefined) });
    const controller = new AbortController();
    const backoff = () => {
      controller.abort(thrown);
      return 1;
    };
    const options = { ...key, backoff, signal: controller.signal };
    expect(await failure(update<Counter>(server.url, increment, options))).toBe(thrown);
  });
});

describe("a function that returns nothing loses nothing:", () => {
  it.each([undefined, null, { n: 2 }, [1], new Map(), 5, Promise, Symbol("a")])(
    "an encode that returns what cannot be sent, case %#, is a TypeError, and nothing is written",
    async (content) => {
      await serve();
      const encode = () => content as unknown as string;
      const error = await failure(update<Counter>(server.url, increment, { encode }));
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/^Cannot send .*\. Let `encode` return a string, a Blob or octets$/);
      expect(await failure(create(server.url, 1, { encode }))).toBeInstanceOf(TypeError);
      expect(server.methods()).toEqual(["GET"]);
    },
  );

  it.each([
    ["a string", "{}"],
    ["a Blob", new Blob(["{}"])],
    ["octets", new TextEncoder().encode("{}")],
    ["an ArrayBuffer", new TextEncoder().encode("{}").buffer],
    ["a URLSearchParams", new URLSearchParams("n=2")],
    ["a form", new FormData()],
  ])("an encode that returns %s is sent", async (_, content) => {
    await serve({
      done: () => ({ status: 204 }),
      fault: ({ method }) => (method === "PUT" ? { status: 204 } : undefined),
    });
    const done = await update<Counter>(server.url, increment, { encode: () => content });
    expect(done.status).toBe("updated");
  });

  it("a decode that returns nothing is a TypeError, because a recipe would write a value without its members", async () => {
    await serve({ done: () => ({ status: 200, body: '{"n":2}' }) });
    const decode = () => undefined as unknown as Counter;
    const error = await failure(update<Counter>(server.url, increment, { decode }));
    expect(error.message).toBe("Cannot use what `decode` returned: it is undefined. Return the value");
    expect(await failure(read(server.url, { decode }))).toBeInstanceOf(TypeError);
    const opened = { url: server.url, value: { n: 1 }, etag: '"v1"' };
    expect(await update<Counter>(opened, increment, { decode })).toMatchObject({ value: { n: 2 } });
    expect(await remove(server.url, { decode })).toMatchObject({ status: "removed" });
  });

  it.each([
    ["returns nothing", () => undefined],
    ["returns a document without the ids", (document: Counter) => document],
  ])("a write of stamped that %s is a TypeError, and nothing is written", async (_, write) => {
    await serve();
    const ids = (document: Counter & { ids?: string[] }) => document?.ids;
    const recipe = stamped<Counter>(increment, { read: ids, write: write as (it: Counter) => Counter });
    const error = await failure(update(server.url, recipe));
    expect(error.message).toMatch(/^Cannot stamp an object with n: `read` does not find the ids/);
    expect(server.methods()).toEqual(["GET"]);
  });
});
