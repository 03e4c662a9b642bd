import assert from "node:assert/strict";
import { resource } from "../resource.ts";
import { type Case, fresh } from "./store-under-test.ts";

const MERGE_PATCH = "application/merge-patch+json";

/** Cases for `resource` over a store: no content is stored that does not come back as it was sent. */
export const answerCases: Case[] = [
  {
    name: "the answer to a PUT has no tag, or the tag of exactly the octets that were sent",
    async run({ open }) {
      const store = await open<unknown>();
      for (const sent of [
        '{ "a": 1.0, "id": 12345678901234567890 }',
        '{"a":1}',
        '"\\u00fc"',
        '{"a":1,"a":2}',
        "-0",
      ]) {
        const pages = resource(store, { key: fresh() });
        const made = await pages(request("PUT", sent));
        assert.equal(made.status, 201);
        const tag = made.headers.get("ETag");
        const shown = await pages(request("GET"));
        assert.equal(shown.status, 200);
        if (tag === null) continue;
        assert.deepEqual([await shown.text(), shown.headers.get("ETag")], [sent, tag]);
        assert.equal((await pages(request("GET", undefined, { "If-None-Match": tag }))).status, 304);
      }
    },
  },
  {
    name: "a text that few databases can hold comes back, or gets a 422 and nothing is written",
    async run({ open }) {
      const store = await open<unknown>();
      for (const sent of ['"\\u0000"', '{"\\u0000":["a\\u0000b"]}', '"\\ud800"', '"\ud83d\ude00 \uffff"']) {
        const pages = resource(store, { key: fresh() });
        const { status } = await pages(request("PUT", sent));
        const shown = await pages(request("GET"));
        assert.deepEqual([status, shown.status], status === 422 ? [422, 404] : [201, 200]);
        if (status === 201) assert.deepEqual(JSON.parse(await shown.text()), JSON.parse(sent));
      }
    },
  },
  {
    name: "a number that JSON cannot write gets a 422 that names its place, and nothing is written",
    async run({ open }) {
      const [store, key] = [await open<unknown>(), fresh()];
      const pages = resource(store, { key });
      const members = resource(store, { key: () => ({ prefix: key }), newKey: true });
      for (const [sent, place] of [
        ["1e999", "the top"],
        ['{"a":{"b":[0,-1e999]}}', "/a/b/1"],
      ] as const) {
        for (const answer of [await pages(request("PUT", sent)), await members(request("POST", sent))]) {
          assert.equal(answer.status, 422);
          assert.ok((await answer.text()).includes(place));
        }
      }
      assert.equal(await store.read(key), null);
      if (store.list) assert.deepEqual(await store.list(key, { limit: 1 }), []);
      await pages(request("PUT", '{"a":1}'));
      const patch = request("PATCH", '{"b":1e999}', { "Content-Type": MERGE_PATCH });
      assert.equal((await pages(patch)).status, 422);
      assert.deepEqual((await store.read(key))?.value, { a: 1 });
    },
  },
  {
    name: "a body that breaks off gets a 400, and nothing is written",
    async run({ open }) {
      const [store, key] = [await open<unknown>(), fresh()];
      const pages = resource(store, { key });
      const members = resource(store, { key: () => ({ prefix: key }), newKey: true });
      for (const headers of [{}, { "Idempotency-Key": fresh() }]) {
        assert.equal((await pages(brokenOff("PUT", headers))).status, 400);
        assert.equal(
          (await pages(brokenOff("PATCH", { "Content-Type": MERGE_PATCH, ...headers }))).status,
          400,
        );
        assert.equal((await members(brokenOff("POST", headers))).status, 400);
      }
      assert.equal(await store.read(key), null);
      if (store.list) assert.deepEqual(await store.list(key, { limit: 1 }), []);
    },
  },
  {
    name: "a patch whose result is longer than maxBytes gets a 413, and nothing is written",
    async run({ open }) {
      const [store, key] = [await open<Record<string, string>>(), fresh()];
      const pages = resource(store, { key, maxBytes: 1000 });
      assert.equal((await pages(request("PUT", "{}"))).status, 201);
      const statuses: number[] = [];
      for (const name of ["a", "b", "c"]) {
        const content = JSON.stringify({ [name]: "x".repeat(400) });
        const patch = request("PATCH", content, { "Content-Type": MERGE_PATCH });
        statuses.push((await pages(patch)).status);
      }
      assert.deepEqual(statuses, [200, 200, 413]);
      const { value } = (await store.read(key))!;
      assert.deepEqual(Object.keys(value), ["a", "b"]);
      assert.equal((await pages(request("PUT", JSON.stringify(value)))).status, 204);
    },
  },
  {
    name: "utf8 is accepted as a name of UTF-8, and another charset gets a 415 that names it",
    async run({ open }) {
      const pages = resource(await open<unknown>(), { key: fresh() });
      const put = (charset: string) =>
        pages(request("PUT", '"ü"', { "Content-Type": `application/json; charset=${charset}` }));
      for (const name of ["utf8", "UTF-8", '"utf-8"']) assert.ok((await put(name)).ok, name);
      const refused = await put("latin1");
      assert.equal(refused.status, 415);
      assert.ok((await refused.text()).includes("latin1"));
    },
  },
  {
    name: "POST to a collection creates a member, and the 201 has its address and its tag",
    async run({ open }) {
      const [store, prefix] = [await open<unknown>(), fresh()];
      const pages = resource(store, {
        key: (asked) => {
          const name = new URL(asked.url).pathname.slice(1);
          return name === "" ? { prefix } : prefix + name;
        },
        newKey: true,
      });
      const places = new Set<string | null>();
      for (let i = 0; i < 3; i++) {
        const made = await pages(request("POST", `{"n":${i}}`));
        assert.equal(made.status, 201);
        const place = made.headers.get("Location")!;
        const shown = await pages(new Request(new URL(place, "http://localhost")));
        assert.deepEqual(await shown.json(), { n: i });
        assert.equal(shown.headers.get("ETag"), made.headers.get("ETag"));
        places.add(place);
      }
      assert.equal(places.size, 3);
    },
  },
];

function request(method: string, content?: string, headers: Record<string, string> = {}): Request {
  const type: Record<string, string> = content === undefined ? {} : { "Content-Type": "application/json" };
  return new Request("http://localhost/", {
    method,
    headers: { ...type, ...headers },
    body: content ?? null,
  });
}

/** A request whose sender stops in the middle of the body. */
function brokenOff(method: string, headers: Record<string, string>): Request {
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (pulls++ === 0) controller.enqueue(new TextEncoder().encode('{"a":'));
      else controller.error(new Error("The sender has gone"));
    },
  });
  const init = { method, headers: { "Content-Type": "application/json", ...headers }, body, duplex: "half" };
  return new Request("http://localhost/", init as RequestInit);
}
