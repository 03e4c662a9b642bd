import type { ResponseStore, StoredResponse } from "./response-store.ts";

/** One rule for a {@link ResponseStore}. */
export interface Rule {
  name: string;
  /** Rejects when the store breaks the rule. It uses new urls, so the store may have other entries. */
  check(store: ResponseStore): Promise<void>;
}

/**
 * The rules for every {@link ResponseStore}, for any test runner.
 *
 * @example
 * for (const { name, check } of storeContract) await check(memoryStore());
 * storeContract.length > 10; // true
 */
export const storeContract: readonly Rule[] = [
  rule("a read of an empty place returns an empty list", async (store, { url }) => {
    same(await store.read(url, "a"), []);
  }),
  rule("a read returns the head and the body that were written", async (store, answer) => {
    await store.write(answer);
    same(await store.read(answer.url, "a"), [answer]);
  }),
  rule("a body with every octet and an empty body come back unchanged", async (store, answer) => {
    const octets = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    for (const body of [octets, new Uint8Array(0)]) {
      await store.write({ ...answer, body });
      same((await store.read(answer.url, "a"))[0]?.body, body);
    }
  }),
  rule("fields keep every character of Latin-1", async (store, answer) => {
    const text = String.fromCharCode(...Array.from({ length: 96 }, (_, i) => 160 + i));
    await store.write({ ...answer, headers: [["x-text", text]] });
    same((await store.read(answer.url, "a"))[0]?.headers, [["x-text", text]]);
  }),
  rule("a body of a megabyte comes back unchanged", async (store, answer) => {
    const body = new Uint8Array(2 ** 20).fill(7);
    await store.write({ ...answer, body });
    same((await store.read(answer.url, "a"))[0]?.body, body);
  }),
  rule("a second answer in the same place replaces the first", async (store, answer) => {
    await store.write(answer);
    await store.write({ ...answer, id: "2", status: 203 });
    same(await store.read(answer.url, "a"), [{ ...answer, id: "2", status: 203 }]);
  }),
  rule("two variants are kept side by side", async (store, answer) => {
    await store.write({ ...answer, variant: "de" });
    await store.write({ ...answer, variant: "fr" });
    same((await store.read(answer.url, "a")).map(({ variant }) => variant).sort(), ["de", "fr"]);
  }),
  rule("a read never returns the answer of another group", async (store, answer) => {
    await store.write(answer);
    await store.write({ ...answer, group: "b", id: "2" });
    same(
      (await store.read(answer.url, "a")).map(({ id }) => id),
      ["1"],
    );
    same(
      (await store.read(answer.url, "b")).map(({ id }) => id),
      ["2"],
    );
    same(await store.read(answer.url, "A"), []);
    same(await store.read(answer.url, ""), []);
  }),
  rule("a read never returns the answer of another url that begins alike", async (store, answer) => {
    await store.write(answer);
    for (const url of [`${answer.url}a`, `${answer.url}?`, answer.url.slice(0, -1)])
      same(await store.read(url, "a"), []);
  }),
  rule("freshening replaces the head and leaves the body", async (store, answer) => {
    await store.write(answer);
    const { body, ...head } = answer;
    await store.freshen({ ...head, headers: [["etag", '"2"']], time: 2, stale: true });
    same(await store.read(answer.url, "a"), [
      { ...head, headers: [["etag", '"2"']], time: 2, stale: true, body },
    ]);
  }),
  rule("freshening does not change an answer with another id", async (store, answer) => {
    await store.write(answer);
    const { body: _, ...head } = answer;
    await store.freshen({ ...head, id: "2", time: 2 });
    same(await store.read(answer.url, "a"), [answer]);
  }),
  rule("freshening does not bring back a removed answer", async (store, answer) => {
    const { body: _, ...head } = answer;
    await store.freshen(head);
    same(await store.read(answer.url, "a"), []);
  }),
  rule("remove forgets one variant, a group, or all of a url", async (store, answer) => {
    const ids = async () => {
      const both = await Promise.all(["a", "b"].map((group) => store.read(answer.url, group)));
      return both
        .flat()
        .map(({ id }) => id)
        .sort();
    };
    await store.write({ ...answer, variant: "de", id: "1" });
    await store.write({ ...answer, variant: "fr", id: "2" });
    await store.write({ ...answer, group: "b", id: "3" });
    await store.remove(answer.url, "a", "de");
    same(await ids(), ["2", "3"]);
    await store.remove(answer.url, "a");
    same(await ids(), ["3"]);
    await store.write({ ...answer, id: "4" });
    await store.remove(answer.url);
    same(await ids(), []);
    await store.remove(answer.url);
  }),
  rule("many writes at once leave the head and the body of one of them", async (store, answer) => {
    const ids = Array.from({ length: 20 }, (_, at) => String(at));
    await Promise.all(
      ids.map((id) =>
        store.write({ ...answer, id, body: new TextEncoder().encode(id), headers: [["etag", id]] }),
      ),
    );
    const [{ id, body, headers } = answer, ...others] = await store.read(answer.url, "a");
    same(others, []);
    same([new TextDecoder().decode(body), headers[0]?.[1]], [id, id]);
  }),
];

function rule(name: string, check: (store: ResponseStore, answer: StoredResponse) => Promise<void>): Rule {
  return { name, check: (store) => check(store, newAnswer()) };
}

function newAnswer(): StoredResponse {
  const url = `https://example.com/${crypto.getRandomValues(new Uint32Array(4)).join("-")}/ü?q={}&r=%20`;
  return {
    url,
    group: "a",
    variant: "",
    id: "1",
    vary: ["accept"],
    status: 200,
    statusText: "OK",
    headers: [["etag", '"1"']],
    finalUrl: url,
    redirected: false,
    time: 1,
    body: new TextEncoder().encode("Hello"),
  };
}

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [shown(actual), shown(expected)];
  if (a !== b) throw new Error(`Got ${a.slice(0, 500)}, expected ${b.slice(0, 500)}`);
}

/** The same text for values that are equal, whatever the order of their members. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, part) => {
    if (part instanceof Uint8Array) return new TextDecoder("latin1").decode(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
