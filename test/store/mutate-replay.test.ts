import { mutate, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test, vi } from "vitest";
import { request, said } from "./mutate/requests.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Count {
  n: number;
}

const KEY = "home";
const addOne = (count: Count | null): Count => ({ n: (count?.n ?? 0) + 1 });

/** A store of a user: the two methods of the contract, and no ledger. */
async function storeWithOne(): Promise<{ store: VersionedStore<Count>; tag: string }> {
  const { read, swap: make } = memoryStore<Count>();
  const store: VersionedStore<Count> = { read, swap: make };
  const swap = await store.swap(KEY, null, { n: 1 });
  return { store, tag: swap.swapped ? `"${swap.current?.version}"` : expect.fail() };
}

test("without a ledger, mutate answers a repeated write with the success that was lost, and does not write", async () => {
  const { store, tag } = await storeWithOne();
  for (const method of ["PUT", "PATCH", "POST"]) {
    const { version } = (await store.read(KEY))!;
    const headers = { "If-Match": method === "PUT" ? tag : `"${version}"`, "Idempotency-Key": `"${method}"` };
    const change = vi.fn(addOne);
    const represent = (count: Count) => Response.json(count);
    const send = () => mutate(request(method, headers, { add: 1 }), store, KEY, change, { represent });
    const first = await said(await send());
    expect(first.status).toBe(200);
    expect(await said(await send())).toEqual(first);
    expect(await said(await send())).toEqual(first);
    expect(change).toHaveBeenCalledTimes(1);
  }
  expect((await store.read(KEY))?.value).toEqual({ n: 4 });
});

test("without a ledger, mutate does not apply a write twice under If-Match: * either", async () => {
  const { store } = await storeWithOne();
  const send = () => mutate(request("PUT", { "If-Match": "*", "Idempotency-Key": "k" }), store, KEY, addOne);
  expect([(await send()).status, (await send()).status]).toEqual([204, 204]);
  expect((await store.read(KEY))?.value).toEqual({ n: 2 });
});

test("without a ledger, mutate refuses another request under the same key with 422, and does not write", async () => {
  const { store, tag } = await storeWithOne();
  const headers = { "If-Match": tag, "Idempotency-Key": "k" };
  await mutate(request("PUT", headers, { add: 1 }), store, KEY, addOne);
  const { version } = (await store.read(KEY))!;
  const others = [
    request("PUT", headers, { add: 2 }),
    request("PUT", headers, ""),
    request("PATCH", headers, { add: 1 }),
    request("PUT", { ...headers, "Content-Type": "text/plain" }, { add: 1 }),
    request("PUT", { ...headers, "If-Match": `"${version}"` }, { add: 1 }),
    request("PUT", { ...headers, "If-Match": "*" }, { add: 1 }),
  ];
  for (const other of others) {
    expect(await said(await mutate(other, store, KEY, addOne))).toMatchObject({
      status: 422,
      body: { status: 422 },
    });
  }
  expect((await store.read(KEY))?.version).toBe(version);
});

test("without a ledger, mutate recognises a write only while its effect is the current version", async () => {
  const { store, tag } = await storeWithOne();
  const send = () => mutate(request("PUT", { "If-Match": tag, "Idempotency-Key": "k" }), store, KEY, addOne);
  expect((await send()).status).toBe(204);
  await mutate(request("PUT"), store, KEY, () => ({ n: 50 }));
  const late = await send();
  expect([late.status, late.headers.get("ETag")]).toEqual([412, `"${(await store.read(KEY))?.version}"`]);
  expect((await store.read(KEY))?.value).toEqual({ n: 50 });
});

test("without a ledger, mutate treats a write under another key as another write", async () => {
  const { store, tag } = await storeWithOne();
  const send = (key: string) =>
    mutate(request("PUT", { "If-Match": tag, "Idempotency-Key": key }), store, KEY, addOne);
  expect([(await send("a")).status, (await send("b")).status, (await send("")).status]).toEqual([
    204, 412, 400,
  ]);
});

test("without a ledger, mutate recognises no create, and no write without If-Match", async () => {
  const { read, swap } = memoryStore<Count>();
  const store: VersionedStore<Count> = { read, swap };
  const create = () =>
    mutate(request("PUT", { "If-None-Match": "*", "Idempotency-Key": "k" }), store, KEY, addOne);
  expect([(await create()).status, (await create()).status]).toEqual([201, 412]);
  const both = { "If-Match": "*", "If-None-Match": '"x"', "Idempotency-Key": "k" };
  for (const headers of [{ "Idempotency-Key": "k" }, both]) {
    await mutate(request("PUT", headers), store, KEY, addOne);
    await mutate(request("PUT", headers), store, KEY, addOne);
  }
  expect((await store.read(KEY))?.value).toEqual({ n: 5 });
});

test("without a ledger, mutate recognises a request by its body, whether mutate or the caller reads it", async () => {
  const readers: [string, (request: Request) => Promise<{ body?: string | Uint8Array }>][] = [
    ["nobody", async () => ({})],
    ["the caller, as text", async (each) => ({ body: await each.text() })],
    ["the caller, as bytes", async (each) => ({ body: new Uint8Array(await each.arrayBuffer()) })],
  ];
  for (const [reader, read] of readers) {
    const { store, tag } = await storeWithOne();
    const send = async (content: unknown) => {
      const sent = request("PUT", { "If-Match": tag, "Idempotency-Key": "k" }, content);
      return (await mutate(sent, store, KEY, addOne, await read(sent))).status;
    };
    expect([await send({ a: 1 }), await send({ a: 1 }), await send({ a: 2 })], reader).toEqual([
      204, 204, 422,
    ]);
  }
});

test("without a ledger, mutate recognises a request whose body is used by all its other parts", async () => {
  const { store, tag } = await storeWithOne();
  const send = async (content: unknown) => {
    const length = String(JSON.stringify(content).length);
    const headers = { "If-Match": tag, "Idempotency-Key": "k", "Content-Length": length };
    const sent = request("PUT", headers, content);
    await sent.json();
    return (await mutate(sent, store, KEY, addOne)).status;
  };
  expect([await send({ a: 1 }), await send({ a: 1 }), await send({ a: 111 })]).toEqual([204, 204, 422]);
});

test("without a ledger, mutate leaves the body for change to read", async () => {
  const { store, tag } = await storeWithOne();
  const sent = request("PUT", { "If-Match": tag, "Idempotency-Key": "k" }, { n: 7 });
  expect((await mutate(sent, store, KEY, () => sent.json())).status).toBe(204);
  expect((await store.read(KEY))?.value).toEqual({ n: 7 });
});

test("without a ledger, mutate reads up to sixteen megabytes to recognise a request, and refuses more with 413", async () => {
  const { store, tag } = await storeWithOne();
  const headers = { "If-Match": tag, "Idempotency-Key": "k" };
  const chunk = new Uint8Array(1024 * 1024);
  let produced = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      produced++;
      controller.enqueue(chunk);
    },
  });
  const init: RequestInit & { duplex: "half" } = { method: "PUT", headers, body: endless, duplex: "half" };
  const response = await mutate(new Request("https://example.com/", init), store, KEY, addOne);
  expect(response.status).toBe(413);
  expect(produced).toBeLessThan(24);
  expect((await store.read(KEY))?.value).toEqual({ n: 1 });
});

test("mutate answers 400 to a keyed request whose body breaks off, and changes nothing", async () => {
  const store = memoryStore<Count>();
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"add"'));
      controller.error(new Error("The client has gone"));
    },
  });
  const init = { method: "POST", headers: { "Idempotency-Key": "k" }, body, duplex: "half" };
  const broken = new Request("https://example.com/pages/home", init as RequestInit);
  const answer = await mutate(broken, store, KEY, addOne);
  expect([answer.status, answer.headers.get("Idempotency-Ledger")]).toEqual([400, "max-age=86400"]);
  expect(await store.read(KEY)).toBeNull();
});

test("mutate compares lengths where a runtime no longer shows a body that was read", async () => {
  const store = memoryStore<Count>();
  // Bun's server gives `null` as the body then, as this request has it.
  const send = (length: string) =>
    mutate(request("PUT", { "Idempotency-Key": '"k"', "Content-Length": length }), store, KEY, addOne);
  expect((await send("7")).status).toBe(201);
  expect((await send("7")).status).toBe(201);
  expect((await send("8")).status).toBe(422);
});
