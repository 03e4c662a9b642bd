import assert from "node:assert/strict";
import { StoreBusyError, StoreFullError } from "../contract/errors.ts";
import { resource } from "../resource.ts";
import { type Case, fresh, put, type StoreUnderTest } from "./store-under-test.ts";

/** How long a client waits at most for an answer, in milliseconds. */
const MAX_WAIT = 10_000;

/** How long a store may take to work again after its database was repaired, in milliseconds. */
const RECOVERY = 30_000;

/**
 * The contract of a store whose database fails. Each needs a function of the store's author, and is skipped without it.
 */
export const failureCases: Case[] = [
  {
    name: "a value that cannot be decoded hides no other, and a write replaces it",
    async run({ open, corrupt }) {
      if (!corrupt) return "skipped";
      const [store, prefix] = [await open<string>(), fresh()];
      for (const [method, status] of [
        ["PUT", 204],
        ["DELETE", 204],
        ["PATCH", 409],
      ] as const) {
        const key = `${prefix}${method}`;
        for (const each of [`${key}-a`, key]) await put(store, each, null, "first");
        await corrupt(key);
        const error = await store.read(key).catch((reason: unknown) => reason);
        const { name, current } = error as { name?: string; current?: { version: string } };
        assert.equal(name, "UnreadableValueError");
        const members = (await store.list?.(key, { limit: 9 })) ?? [];
        if (store.list) {
          assert.deepEqual(
            members.map(({ value, unreadable }) => [value, unreadable]),
            [
              [undefined, true],
              ["first", undefined],
            ],
          );
          assert.equal(members[0]!.version, current!.version);
        }
        const pages = resource<unknown>(store, { key, validate: () => true });
        assert.equal((await pages(requestOf("GET"))).status, 500);
        const headers = { "If-Match": `"${current!.version}"` };
        assert.equal((await pages(requestOf(method, '"again"', headers))).status, status);
        if (method !== "PATCH")
          assert.equal((await store.read(key))?.value, method === "PUT" ? "again" : undefined);
      }
    },
  },
  failing("a database that is down causes a 503, and nothing is written", "down", 503),
  failing("a database that is read-only causes a 503, and nothing is written", "readOnly", 503),
  failing("a database that is locked causes a 503 in time, and nothing is written", "locked", 503),
  failing("a database that is full causes a 507, and nothing is written", "full", 507),
];

/** Every kind of write is refused and changes nothing, and works again afterwards. */
function failing(name: string, fault: "down" | "readOnly" | "locked" | "full", status: 503 | 507): Case {
  async function run(under: StoreUnderTest): ReturnType<Case["run"]> {
    const fail = under[fault];
    if (!fail) return "skipped";
    const [store, there, absent, id] = [await under.open<string>(), fresh(), fresh(), fresh()];
    const version = await put(store, there, null, "first");
    const text = "x".repeat(Math.min(500_000, (under.maxValueBytes ?? 1e6) / 2));
    const at = (key: string, request: Request) => resource<string>(store, { key })(request);
    const content = JSON.stringify(text);
    const writes: [name: string, key: string, request: Request][] = [
      ["PUT", there, requestOf("PUT", content)],
      ["PUT that creates", absent, requestOf("PUT", content)],
      ["keyed PUT", absent, requestOf("PUT", content, { "Idempotency-Key": id })],
    ];
    // A full database may still remove what it has.
    if (fault !== "full") writes.push(["DELETE", there, requestOf("DELETE")]);
    const repair = await fail();
    try {
      const start = performance.now();
      const answers = await Promise.all(writes.map(([, key, request]) => at(key, request)));
      for (const [i, answer] of answers.entries()) {
        assert.equal(answer.status, status, writes[i]![0]);
        assert.ok(answer.headers.has("Retry-After"), writes[i]![0]);
      }
      const { status: read } = await at(there, requestOf("GET"));
      assert.ok(read === 200 || read === 503, `GET: ${read}`);
      assert.ok(performance.now() - start < MAX_WAIT, "the client waited too long");
      const error = status === 507 ? StoreFullError : StoreBusyError;
      await assert.rejects(store.swap(absent, null, text), (reason) => reason instanceof error);
    } finally {
      await repair();
    }
    await worksAgain(() => store.read(there));
    assert.equal((await store.read(there))?.version, version);
    assert.equal(await store.read(absent), null);
    const keyed = await at(absent, requestOf("PUT", '"made"', { "Idempotency-Key": id }));
    assert.equal(keyed.status, 201, "the refused write left its key behind");
  }
  return { name, run };
}

/** A client library may need some time to connect again. */
async function worksAgain(read: () => Promise<unknown>): Promise<void> {
  for (const start = performance.now(); ; ) {
    try {
      await read();
      return;
    } catch (error) {
      if (performance.now() - start > RECOVERY) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function requestOf(method: string, content?: string, headers: Record<string, string> = {}): Request {
  const isPatch = method === "PATCH";
  const type = isPatch ? "application/merge-patch+json" : "application/json";
  const hasBody = content !== undefined && (isPatch || method === "PUT");
  return new Request("http://localhost/a", {
    method,
    headers: { ...(hasBody && { "Content-Type": type }), ...headers },
    body: hasBody ? content : null,
  });
}
