import { mutate, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test, vi } from "vitest";
import { everySchedule, type Gate } from "./mutate/every-schedule.ts";
import { request } from "./mutate/requests.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Page {
  by: string;
  edits: number;
}

interface Writer {
  request: (tag: string) => Request;
  change: (page: Page | null) => Page | null;
}

/** The visible result when both writers are done. */
interface Outcome {
  statuses: number[];
  page: Page | null;
}

const KEY = "home";
const edit = (by: string) => (page: Page | null) => ({ by, edits: (page?.edits ?? 0) + 1 });

function writer(by: string, method: string, headers: Record<string, string> = {}): Writer {
  const withTag = (tag: string) =>
    Object.fromEntries(Object.entries(headers).map(([name, field]) => [name, field.replace("TAG", tag)]));
  return {
    request: (tag) => request(method, withTag(tag), method === "DELETE" ? undefined : { by }),
    change: method === "DELETE" ? () => null : edit(by),
  };
}

const increment = (by: string) => writer(by, "POST");
const save = (by: string) => writer(by, "PUT", { "If-Match": "TAG" });
const saveAny = (by: string) => writer(by, "PUT", { "If-Match": "*" });
const create = (by: string) => writer(by, "PUT", { "If-None-Match": "*" });
const removeIt = (by: string) => writer(by, "DELETE", { "If-Match": "TAG" });
const remove = (by: string) => writer(by, "DELETE");
const replay = writer("one client, twice", "PUT", { "If-Match": "TAG", "Idempotency-Key": "k" });

const pairs: [name: string, before: Page | null, Writer, Writer][] = [
  ["two unconditional additions", { by: "", edits: 0 }, increment("A"), increment("B")],
  ["two unconditional additions to an absent value", null, increment("A"), increment("B")],
  ["two saves over the same version", { by: "", edits: 0 }, save("A"), save("B")],
  ["a save over one version, and a save over any version", { by: "", edits: 0 }, save("A"), saveAny("B")],
  ["two creates", null, create("A"), create("B")],
  ["a save and a delete of the same version", { by: "", edits: 0 }, save("A"), removeIt("B")],
  ["two deletes of the same version", { by: "", edits: 0 }, removeIt("A"), removeIt("B")],
  ["an addition and a delete", { by: "", edits: 5 }, increment("A"), remove("B")],
  ["a create and a delete", { by: "", edits: 5 }, create("A"), remove("B")],
  ["one save, sent twice under one key", { by: "", edits: 0 }, replay, replay],
];

test.each(pairs)(
  "mutate serves %s, in every interleaving, as one after the other",
  async (_, before, a, b) => {
    const lawful = [await inSeries(before, [a, b]), await inSeries(before, [b, a], true)];
    const schedules = await everySchedule(2, ...contest(before, [a, b], gated, lawful));
    expect(schedules).toBeGreaterThan(20);
  },
);

test("every interleaving finds the fault of a store that awaits between its check and its write", async () => {
  const before = { by: "", edits: 0 };
  const lawful = [
    await inSeries(before, [save("A"), save("B")]),
    await inSeries(before, [save("B"), save("A")], true),
  ];
  const race = everySchedule(2, ...contest(before, [save("A"), save("B")], naive, lawful));
  await expect(race).rejects.toThrow(/in the order [AB]+/);
});

type Wrap = (store: VersionedStore<Page>, gate: Gate) => VersionedStore<Page>;

/** Both writers on one store, and the check that the result is that of one writer after the other. */
function contest(before: Page | null, writers: [Writer, Writer], wrap: Wrap, lawful: Outcome[]) {
  let shared: VersionedStore<Page>;
  const start = (gates: Gate[]): Promise<number>[] => {
    const prepared = prepare(before);
    shared = prepared.store;
    return writers.map(async (each, i) => {
      const gate = gates[i]!;
      const tag = await prepared.tag;
      const change = async (page: Page | null) => {
        await gate();
        return each.change(page);
      };
      return (await mutate(each.request(tag), wrap(shared, gate), KEY, change)).status;
    });
  };
  const check = async (statuses: number[], schedule: string) => {
    const outcome: Outcome = { statuses, page: (await shared.read(KEY))?.value ?? null };
    const isLawful = lawful.some((each) => JSON.stringify(each) === JSON.stringify(outcome));
    if (!isLawful) throw new Error(`${JSON.stringify(outcome)} in the order ${schedule}`);
  };
  return [start, check] as const;
}

function prepare(before: Page | null) {
  const store = memoryStore<Page>();
  const tag = before === null ? '"none"' : store.swap(KEY, null, before).then(tagOf);
  return { store, tag: Promise.resolve(tag) };
}

function tagOf(swap: Awaited<ReturnType<VersionedStore<Page>["swap"]>>): string {
  return swap.swapped ? `"${swap.current?.version}"` : expect.fail();
}

/** The result of the writers one after the other; `turned`: the second came first. */
async function inSeries(before: Page | null, writers: Writer[], turned = false): Promise<Outcome> {
  const { store, tag } = prepare(before);
  const statuses: number[] = [];
  for (const each of writers) {
    statuses.push((await mutate(each.request(await tag), store, KEY, each.change)).status);
  }
  if (turned) statuses.reverse();
  return { statuses, page: (await store.read(KEY))?.value ?? null };
}

/** The same store, with a gate before and after each shared step. */
function gated(store: VersionedStore<Page>, gate: Gate): VersionedStore<Page> {
  return {
    read: (...args) => between(gate, () => store.read(...args)),
    swap: (...args) => between(gate, () => store.swap(...args)),
  };
}

/** Reads, waits, and writes, as the memory driver would with an `await` between. */
function naive(store: VersionedStore<Page>, gate: Gate): VersionedStore<Page> {
  return {
    read: store.read,
    async swap(key, expected, next) {
      if (((await store.read(key))?.version ?? null) !== expected) return { swapped: false };
      await gate();
      const found = await store.read(key);
      return store.swap(key, found?.version ?? null, next);
    },
  };
}

async function between<R>(gate: Gate, work: () => Promise<R>): Promise<R> {
  await gate();
  const result = await work();
  await gate();
  return result;
}
