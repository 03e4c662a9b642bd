import { keyBelow, mergePatch, resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test } from "vitest";
import { request, said } from "./mutate/requests.ts";
import { contested, watched } from "./mutate/watched-store.ts";

const MERGE_PATCH = { "Content-Type": "application/merge-patch+json" };

async function handlerWith(value: unknown) {
  const memory = memoryStore<unknown>();
  await memory.swap("home", null, value);
  const { store, trips } = watched(memory);
  return { memory, trips, handle: resource(store, { key: keyBelow("/pages") }) };
}

/** RFC 7396, Appendix A, in its order. Where the result is null, there is no value to store. */
const appendix: [target: string, patch: string, result: string][] = [
  ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
  ['{"a":"b"}', '{"a":null}', "{}"],
  ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
  ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
  ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
  ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
  ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
  ['["a","b"]', '["c","d"]', '["c","d"]'],
  ['{"a":"b"}', '["c"]', '["c"]'],
  ['{"a":"foo"}', "null", "null"],
  ['{"a":"foo"}', '"bar"', '"bar"'],
  ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
  ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
  ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
];

test.each(appendix)("mergePatch of %s with %s is %s", (target, patch, result) => {
  const [before, change] = [JSON.parse(target), JSON.parse(patch)];
  expect(JSON.stringify(mergePatch(before, change))).toBe(result);
  expect([JSON.stringify(before), JSON.stringify(change)]).toEqual([target, patch]);
});

test.each(appendix)("resource patches %s with %s to %s", async (target, patch, result) => {
  const { handle, memory } = await handlerWith(JSON.parse(target));
  const response = await handle(request("PATCH", MERGE_PATCH, patch));
  const stored = (await memory.read("home"))!;
  if (result === "null") {
    expect(response.status).toBe(422);
    return void expect(JSON.stringify(stored.value)).toBe(target);
  }
  expect(await said(response)).toEqual({
    status: 200,
    etag: `"${stored.version}"`,
    body: JSON.parse(result),
  });
  expect(JSON.stringify(stored.value)).toBe(result);
});

test.each([
  ["a part of a patch", { "Content-Range": "bytes 0-4/10" }, 400],
  ["a patch with a coding", { "Content-Encoding": "br" }, 415],
])("resource, sent %s, changes nothing", async (_, fields, status) => {
  const { handle, memory } = await handlerWith({ a: 1 });
  const version = (await memory.read("home"))?.version;
  expect((await handle(request("PATCH", { ...MERGE_PATCH, ...fields }, '{"a":2}'))).status).toBe(status);
  expect((await memory.read("home"))?.version).toBe(version);
});

test("a member of a patch that is undefined changes nothing, since JSON has no undefined", async () => {
  expect(mergePatch({ a: 1, b: { c: 2 } }, { a: undefined, b: { c: undefined, d: 3 } })).toEqual({
    a: 1,
    b: { c: 2, d: 3 },
  });
  const store = memoryStore<{ a: number; b?: number }>();
  await store.swap("/x", null, { a: 1 });
  // A `read` that picks members gives undefined for those that the patch leaves out.
  const read = (body: unknown) => ({ a: (body as { a: number }).a, b: (body as { b: number }).b });
  const headers = { "Content-Type": "application/merge-patch+json" };
  const patch = new Request("http://localhost/x", { method: "PATCH", headers, body: '{"b":2}' });
  expect((await resource(store, { read })(patch)).status).toBe(200);
  expect((await store.read("/x"))?.value).toEqual({ a: 1, b: 2 });
});

test("mergePatch keeps a member called __proto__ as a member, and changes no prototype", async () => {
  const patch =
    '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":{"__proto__":null}}';
  const merged = mergePatch(JSON.parse('{"a":{"b":1}}'), JSON.parse(patch)) as Record<string, unknown>;
  expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  expect(Object.hasOwn(merged, "__proto__")).toBe(true);
  expect(merged.admin).toBeUndefined();
  expect(({} as Record<string, unknown>).admin).toBeUndefined();
  const { handle, memory } = await handlerWith({ a: { b: 1 } });
  expect((await handle(request("PATCH", MERGE_PATCH, patch))).status).toBe(200);
  const { value } = (await memory.read("home"))!;
  expect((value as Record<string, unknown>).admin).toBeUndefined();
  expect(JSON.stringify(value)).toContain('"__proto__":{"admin":true}');
});

test("resource refuses a patch that is nested too deeply, whatever the current value is", async () => {
  const { handle, memory } = await handlerWith({ a: 1 });
  for (const depth of [201, 100_000]) {
    const bomb = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
    expect((await handle(request("PATCH", MERGE_PATCH, bomb))).status, String(depth)).toBe(400);
  }
  expect((await memory.read("home"))?.value).toEqual({ a: 1 });
  const deep = `${'{"a":'.repeat(200)}1${"}".repeat(200)}`;
  expect((await handle(request("PATCH", MERGE_PATCH, deep))).status).toBe(200);
});

test("resource accepts only JSON Merge Patch, and says so", async () => {
  const { handle, trips } = await handlerWith({ a: 1 });
  const types = [
    "application/json",
    "application/json-patch+json",
    "text/plain",
    "",
    "application/merge-patch",
  ];
  for (const type of types) {
    const response = await handle(request("PATCH", { "Content-Type": type }, { a: 2 }));
    expect([response.status, response.headers.get("Accept-Patch")], type).toEqual([
      415,
      MERGE_PATCH["Content-Type"],
    ]);
  }
  expect(trips).toEqual([]);
  const foreign = { "Content-Type": "application/merge-patch+json; charset=latin1" };
  expect((await (await handle(request("PATCH", foreign, "{}"))).json()).detail).toContain("latin1");
  const odd = { "Content-Type": 'Application/Merge-Patch+JSON; charset="utf-8"' };
  expect((await handle(request("PATCH", odd, { a: 2 }))).status).toBe(200);
});

test("resource reads once and swaps once for a patch, and answers without a body under Prefer: return=minimal", async () => {
  const { handle, trips } = await handlerWith({ a: 1 });
  const response = await handle(request("PATCH", { ...MERGE_PATCH, Prefer: "return=minimal" }, { a: 2 }));
  expect(await said(response)).toEqual({ status: 204, etag: expect.any(String), body: "" });
  expect(trips).toEqual(["read+", "swap"]);
});

test("resource answers 404 to a patch of an absent value, whatever the conditions are", async () => {
  const { handle, memory } = await handlerWith({ a: 1 });
  for (const headers of [{}, { "If-Match": "*" }, { "If-Match": '"a"' }, { "If-None-Match": "*" }]) {
    const patch = request("PATCH", { ...MERGE_PATCH, ...headers }, { a: 2 }, "/pages/none");
    expect((await handle(patch)).status).toBe(404);
  }
  expect(await memory.read("none")).toBeNull();
});

test("resource applies a patch to the current value after another client's write", async () => {
  const { memory } = await handlerWith({ a: 1, b: 1 });
  const handle = resource(
    contested(memory, [
      { a: 1, b: 5 },
      { a: 1, b: 6 },
    ]),
    { key: "home" },
  );
  const response = await handle(request("PATCH", MERGE_PATCH, { a: 2 }));
  expect(await said(response)).toMatchObject({ status: 200, body: { a: 2, b: 6 } });
});
