import { DatabaseSync } from "node:sqlite";
import { mutate, resource, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { afterEach, describe, expect, test, vi } from "vitest";
import { request } from "./mutate/requests.ts";

interface Count {
  n: number;
}

const HOUR = 3_600_000;
const CLIENTS = 8;
const INCREMENTS = 25;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Each read of the clock is wrong by up to six hours, far more than the time between two changes. */
function jumpingClock(): void {
  const { now } = Date;
  vi.spyOn(Date, "now").mockImplementation(() => now() + Math.round((Math.random() - 0.5) * 12 * HOUR));
}

describe.each<[name: string, open: () => Promise<VersionedStore<Count>>]>([
  ["memoryStore", async () => memoryStore<Count>()],
  ["sqliteStore", () => sqliteStore<Count>(new DatabaseSync(":memory:")).createTable()],
])("%s", (_, open) => {
  test("a store applies every keyed update once while its clock jumps and answers are lost", async () => {
    jumpingClock();
    const store = await open();
    let sent = 0;
    const increment = (key: string) =>
      mutate(request("POST", { "Idempotency-Key": key }), store, "count", (found) => ({
        n: (found?.n ?? 0) + 1,
      }));
    async function client(number: number): Promise<void> {
      for (let done = 0; done < INCREMENTS; done++) {
        for (let isHeard = false; !isHeard; ) {
          const { status } = await increment(`${number}-${done}`);
          expect([201, 204]).toContain(status);
          isHeard = ++sent % 10 !== 0;
        }
      }
    }
    await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
    expect(sent).toBeGreaterThan(CLIENTS * INCREMENTS);
    expect((await store.read("count"))?.value.n).toBe(CLIENTS * INCREMENTS);
  });

  test("a store never accepts a tag for another version while its clock jumps", async () => {
    jumpingClock();
    const store = await open();
    const handler = resource(store, { key: "count" });
    const put = async (n: number, headers: Record<string, string>) => handler(request("PUT", headers, { n }));
    const tags = new Set<string>();
    let tag = (await put(0, {})).headers.get("ETag")!;
    for (let n = 1; n <= 100; n++) {
      tags.add(tag);
      const next = await put(n, { "If-Match": tag });
      expect(next.status).toBe(204);
      expect((await put(-1, { "If-Match": tag })).status).toBe(412);
      tag = next.headers.get("ETag")!;
      expect(tags.has(tag)).toBe(false);
    }
  });
});

test("ten clients that send the same date all write within its second, so nine are overwritten", async () => {
  vi.spyOn(Date, "now").mockReturnValue(Date.UTC(2026, 0, 15, 10, 30, 0, 500));
  const store = memoryStore<Count>();
  const handler = resource(store, { key: "count" });
  await store.swap("count", null, { n: -1 });
  const date = (await handler(request("GET"))).headers.get("Last-Modified")!;
  const writes = Array.from({ length: 10 }, (_, n) =>
    handler(request("PUT", { "If-Unmodified-Since": date }, { n })),
  );
  const statuses = (await Promise.all(writes)).map(({ status }) => status);
  expect(statuses).toEqual(Array<number>(10).fill(204));
  const before = new Date(Date.parse(date) - 1000).toUTCString();
  expect((await handler(request("PUT", { "If-Unmodified-Since": before }, { n: 9 }))).status).toBe(412);
});

test("a write with only a date gets a 428 under require", async () => {
  const handler = resource(memoryStore<Count>(), { key: "count", require: true });
  await handler(request("PUT", { "If-None-Match": "*" }, { n: 0 }));
  const date = (await handler(request("GET"))).headers.get("Last-Modified")!;
  for (const method of ["PUT", "DELETE"]) {
    expect((await handler(request(method, { "If-Unmodified-Since": date }, { n: 1 }))).status).toBe(428);
  }
});

test("resource never sends a Last-Modified that is later than the answer (§8.8.2.1)", async () => {
  const store = memoryStore<Count>();
  const handler = resource(store, { key: "count" });
  const { now } = Date;
  const ahead = vi.spyOn(Date, "now").mockImplementation(() => now() + HOUR);
  await handler(request("PUT", {}, { n: 1 }));
  ahead.mockRestore();
  const representation = { Prefer: "return=representation" };
  const answers = [
    await handler(request("GET")),
    await handler(request("HEAD")),
    await handler(request("PUT", { ...representation, "If-Match": '"stale"' }, { n: 2 })),
    await handler(request("PUT", representation, { n: 2 })),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 412, 200]);
  for (const { headers } of answers) {
    expect(Date.parse(headers.get("Last-Modified")!)).toBeLessThanOrEqual(now());
  }
  // The time is still that of the change where the client sends it back.
  const early = { "If-Unmodified-Since": new Date(now()).toUTCString() };
  expect((await handler(request("PUT", early, { n: 3 }))).status).toBe(412);
});
