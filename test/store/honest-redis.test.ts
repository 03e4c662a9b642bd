import type { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resource, StoreBusyError } from "@entity-tag/store";
import { type RedisOptions, redisStore } from "@entity-tag/store/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { freePort } from "../free-port.ts";
import { request } from "./mutate/requests.ts";
import { canStartRedis, type OwnRedis, ownRedis } from "./race/own-redis.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The limit in the README, two seconds for a connection, and two more for a slow machine. */
const WAIT_TIMEOUT_MS = 4_000;

type AnyClient = Parameters<typeof redisStore>[0];

const clients: [name: string, open: (url: string) => Promise<{ client: AnyClient; end(): void }>][] = [
  [
    "node-redis",
    async (url) => {
      const client = createClient({ url }).on("error", () => {});
      client.connect().catch(() => {});
      return { client, end: () => client.destroy() };
    },
  ],
  [
    "ioredis",
    async (url) => {
      const client = new Redis(url).on("error", () => {});
      return { client, end: () => client.disconnect() };
    },
  ],
];

function pagesIn(client: AnyClient, options?: RedisOptions<unknown>) {
  return resource(redisStore<unknown>(client, options), { key: "home" });
}

const put = (content: string) => request("PUT", {}, JSON.stringify(content));

describe.skipIf(!canStartRedis()).each(clients)("Redis by %s", (_, open) => {
  let redis: OwnRedis;
  beforeAll(async () => {
    redis = await ownRedis();
  });
  afterAll(() => redis.close());

  test("a read and a write get a 503 when the server never ran, within their time limit", async () => {
    const { client, end } = await open(`redis://127.0.0.1:${await freePort()}`);
    const pages = pagesIn(client);
    const start = performance.now();
    const [read, write] = await Promise.all([pages(request("GET")), pages(put("Hello"))]);
    expect(performance.now() - start).toBeLessThan(WAIT_TIMEOUT_MS);
    for (const answer of [read, write]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).not.toBeNull();
    }
    expect((await read.json()).detail).not.toMatch(/writers|changed/);
    end();
  });

  test("a write that was answered with 503 is not made when the server is back", async () => {
    const { client, end } = await open(redis.url);
    const pages = pagesIn(client, { prefix: "later" });
    expect((await pages(put("first"))).status).toBe(201);
    await redis.kill();
    await vi.waitFor(async () => expect((await pages(put("second"))).status).toBe(503), { timeout: 20_000 });
    const store = redisStore<unknown>(client, { prefix: "later" });
    await expect(store.swap("swapped while it was down", null, "x")).rejects.toThrow(StoreBusyError);
    await redis.start();
    await vi.waitFor(async () => expect([200, 404]).toContain((await pages(request("GET"))).status), {
      timeout: 20_000,
    });
    // The server has lost all data, so any data there was sent late.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await pages(request("GET"))).status).toBe(404);
    expect(await store.read("swapped while it was down")).toBeNull();
    end();
  });

  test.each([
    ["out of memory", ["maxmemory", "1"], ["maxmemory", "0"], 507],
    ["without its replicas", ["min-replicas-to-write", "1"], ["min-replicas-to-write", "0"], 503],
  ])("a server %s refuses a write, and nothing is written", async (_, [name, value], undo, status) => {
    const { client, end } = await open(redis.url);
    const admin = new Redis(redis.url);
    const pages = pagesIn(client, { prefix: "refusing" });
    await vi.waitFor(async () => expect((await pages(request("GET"))).status).toBe(404), { timeout: 10_000 });
    await admin.config("SET", name!, value!);
    const keyed = request("PUT", { "Idempotency-Key": "k" }, '"Hello"');
    for (const each of [put("Hello"), keyed]) {
      const answer = await pages(each);
      expect(answer.status).toBe(status);
      expect(answer.headers.get("Retry-After")).not.toBeNull();
    }
    await admin.config("SET", undo[0]!, undo[1]!);
    expect(await admin.keys("*refusing*")).toEqual([]);
    admin.disconnect();
    end();
  });

  test("a user without the right to one command of a write is told which, and nothing is written", async () => {
    const admin = new Redis(redis.url);
    const url = new URL(redis.url);
    [url.username, url.password] = ["poor", "secret"];
    const claim = { id: "k", fingerprint: "f" };
    const refused = /^Cannot use Redis: .*Give its user the rights \+eval .*Nothing was written$/;
    await admin.acl("SETUSER", "poor", "reset", "on", ">secret", "~*", "&*", "+@all");
    const { client, end } = await open(url.href);
    const store = redisStore<unknown>(client, { prefix: "poor" });
    const first = await vi.waitFor(() => store.swap("there", null, 1, { writeId: "w" }), { timeout: 10_000 });
    const version = first.swapped ? first.current!.version : "";
    const before = (await admin.keys("*poor*")).sort();
    const writes = {
      create: () => store.swap("new", null, 1, { claim }),
      update: () => store.swap("there", version, 2, { claim }),
      remove: () => store.swap("there", version, null, { claim }),
    };
    for (const [command, names] of [
      ["hset", ["create", "update"]],
      ["hdel", ["update"]],
      ["zadd", ["create", "update", "remove"]],
      ["set", ["create", "update", "remove"]],
      ["zrem", ["remove"]],
      ["del", ["remove"]],
      ["hmget", ["create", "update", "remove"]],
      ["evalsha", ["create", "update", "remove"]],
    ] as const) {
      await admin.acl("SETUSER", "poor", "+@all", `-${command}`);
      for (const name of names)
        await expect(writes[name](), `${name} without ${command}`).rejects.toThrow(refused);
      expect((await admin.keys("*poor*")).sort()).toEqual(before);
    }
    const told = String(await store.list("", { limit: 1 }).catch((error) => error.message));
    expect(told).toMatch(refused);
    const rights = /Give its user the rights (.*), and/.exec(told)![1]!;
    await admin.acl("SETUSER", "poor", "-@all", ...rights.split(" "));
    expect((await writes.update()).swapped).toBe(true);
    expect(await store.ledger.find("there", "k")).toMatchObject({ entry: { fingerprint: "f" } });
    const { version: second } = (await store.read("there"))!;
    expect((await store.swap("there", second, null)).swapped).toBe(true);
    expect(await store.list("", { limit: 1 })).toEqual([]);
    await admin.acl("DELUSER", "poor");
    admin.disconnect();
    end();
  });

  test.each(["value:a", "keys", "ledger"])(
    "another program's key in the place of %s is named, and nothing is written",
    async (name) => {
      const { client, end } = await open(redis.url);
      const admin = new Redis(redis.url);
      const store = redisStore<unknown>(client, { prefix: "foreign" });
      await vi.waitFor(() => store.read("b"), { timeout: 10_000 });
      await admin.set(`{foreign}:${name}`, "theirs");
      const claim = { id: "k", fingerprint: "f" };
      await expect(store.swap("a", null, 1, { claim })).rejects.toThrow(
        /^Cannot use Redis: WRONGTYPE .*another prefix.* Nothing was written$/,
      );
      expect(await admin.keys("*foreign*")).toEqual([`{foreign}:${name}`]);
      await admin.del(`{foreign}:${name}`);
      admin.disconnect();
      end();
    },
  );

  test.each([
    ["a list", (admin: Redis, key: string) => admin.rpush(key, "theirs")],
    ["a text", (admin: Redis, key: string) => admin.set(key, "theirs")],
    ["a hash without a value", (admin: Redis, key: string) => admin.hset(key, "version", "v")],
  ])(
    "a member that %s replaced is named, the rest is served, and a write repairs it",
    async (what, replace) => {
      const { client, end } = await open(redis.url);
      const admin = new Redis(redis.url);
      const store = redisStore<unknown>(client, { prefix: "replaced" });
      await vi.waitFor(() => store.read("a"), { timeout: 10_000 });
      const all = resource(store, { key: () => ({ prefix: "" }) });
      const b = resource(store, { key: "b", validate: () => true });
      const patch = request("PATCH", { "Content-Type": "application/merge-patch+json" }, "{}");
      const writes = (tag: string): [request: Request, status: number][] => [
        [request("PUT", {}, '"again"'), 204],
        [request("PUT", { "Idempotency-Key": `"${what}"` }, '"again"'), 204],
        [request("PUT", { "If-Match": tag }, '"again"'), 204],
        [request("PUT", { "If-Match": "*", Prefer: "return=representation" }, '"again"'), 200],
        [request("DELETE"), 204],
        [request("DELETE", { "Idempotency-Key": `"${what} is gone"`, "If-Match": tag }), 204],
      ];
      for (let i = 0; i < writes("").length; i++) {
        for (const key of ["a", "b"]) await resource(store, { key })(put("first"));
        await admin.del("{replaced}:value:b");
        await replace(admin, "{replaced}:value:b");
        const { items } = await (await all(request("GET"))).json();
        expect(items).toMatchObject([
          { key: "a", value: "first" },
          { key: "b", unreadable: true },
        ]);
        expect((await b(request("GET"))).status).toBe(500);
        expect((await b(request("GET", { "If-None-Match": '"other"' }))).status).toBe(500);
        expect((await b(request("PUT", { "If-None-Match": "*" }, '"no"'))).status).toBe(412);
        expect((await b(request("PUT", { "If-Match": '"other"' }, '"no"'))).status).toBe(412);
        expect((await b(patch.clone())).status).toBe(409);
        const [write, status] = writes(items[1].etag)[i]!;
        expect((await b(write)).status).toBe(status);
        expect((await store.read("b"))?.value).toBe(write.method === "PUT" ? "again" : undefined);
        expect(await store.list("b", { limit: 1 })).toHaveLength(write.method === "PUT" ? 1 : 0);
      }
      admin.disconnect();
      end();
    },
  );

  test("of many writes that repair one member exactly one succeeds", async () => {
    const { client, end } = await open(redis.url);
    const admin = new Redis(redis.url);
    const store = redisStore<number>(client, { prefix: "repaired" });
    await vi.waitFor(() => store.swap("a", null, 0), { timeout: 10_000 });
    await admin.del("{repaired}:value:a");
    await admin.rpush("{repaired}:value:a", "theirs");
    const swaps = await Promise.all(Array.from({ length: 8 }, (_, i) => store.swap("a", "", i)));
    expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1);
    expect((await store.read("a"))?.value).toBe(swaps.findIndex(({ swapped }) => swapped));
    admin.disconnect();
    end();
  });

  test("a write to a server that could not save its data gets a 503, and nothing is written", async () => {
    const failing = await ownRedis(["--enable-protected-configs", "yes"]);
    const folder = mkdtempSync(join(tmpdir(), "redis-"));
    const { client, end } = await open(failing.url);
    const admin = new Redis(failing.url);
    const pages = pagesIn(client, { prefix: "saving" });
    await vi.waitFor(async () => expect((await pages(request("GET"))).status).toBe(404), { timeout: 10_000 });
    await admin.config("SET", "save", "3600 1", "dir", folder);
    rmSync(folder, { recursive: true });
    await admin.bgsave();
    const failed = "rdb_last_bgsave_status:err";
    await vi.waitFor(async () => expect(await admin.info("persistence")).toContain(failed), {
      timeout: 10_000,
    });
    for (const each of [put("Hello"), request("PUT", { "Idempotency-Key": "k" }, '"Hello"')]) {
      const answer = await pages(each);
      expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
    }
    expect(await admin.keys("*saving*")).toEqual([]);
    admin.disconnect();
    end();
    await failing.close();
  });

  test("a write to a server that still loads its data gets a 503, and nothing is written", async () => {
    const events = ["--loading-process-events-interval-bytes", "1024"];
    const loading = await ownRedis(["--enable-debug-command", "yes", ...events]);
    onTestFinished(() => loading.close());
    const admin = new Redis(loading.url, { enableReadyCheck: false });
    const { client, end } = await open(loading.url);
    const before = redisStore<unknown>(client, { prefix: "loading" });
    await vi.waitFor(() => before.read("home"), { timeout: 10_000 });
    await admin.call("DEBUG", "POPULATE", "2000", "key", "1000");
    await admin.config("SET", "key-load-delay", "20000");
    const reloader = admin.duplicate();
    const reload = reloader.call("DEBUG", "RELOAD");
    await vi.waitFor(() => expect(admin.ping()).rejects.toThrow(/^LOADING /), { timeout: 10_000 });
    const fresh = await open(loading.url);
    // The first client is connected already, the other one connects now.
    for (const store of [before, redisStore<unknown>(fresh.client, { prefix: "loading" })]) {
      const pages = resource(store, { key: "home" });
      const keyed = request("PUT", { "Idempotency-Key": "k" }, '"a"');
      const swaps = [{}, { claim: { id: "k", fingerprint: "f" } }].map((options) =>
        expect(store.swap("home", null, "a", options)).rejects.toThrow(StoreBusyError),
      );
      for (const answer of await Promise.all([request("GET"), put("a"), keyed].map(pages)))
        expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
      await Promise.all(swaps);
    }
    await expect(admin.ping()).rejects.toThrow(/^LOADING /);
    await admin.config("SET", "key-load-delay", "0");
    await reload;
    expect(await admin.keys("*{loading}*")).toEqual([]);
    expect((await resource(before, { key: "home" })(put("a"))).status).toBe(201);
    for (const each of [admin, reloader]) each.disconnect();
    for (const each of [end, fresh.end]) each();
  });

  test("calls that wait for a connection leave nothing behind on the client", async () => {
    const { client, end } = await open(`redis://127.0.0.1:${await freePort()}`);
    const emitter = client as unknown as EventEmitter;
    const pages = pagesIn(client);
    await pages(request("GET"));
    const before = emitter.listenerCount("ready");
    const answers = await Promise.all(Array.from({ length: 30 }, () => pages(request("GET"))));
    expect(answers.every(({ status }) => status === 503)).toBe(true);
    // ioredis itself listens while it connects again.
    await expect.poll(() => emitter.listenerCount("ready"), { timeout: 10_000 }).toBeLessThanOrEqual(before);
    end();
  });

  test("a key that is not a hash, or has no time, does not hide the others, and a PUT repairs the time", async () => {
    const { client, end } = await open(redis.url);
    const admin = new Redis(redis.url);
    const store = redisStore<unknown>(client, { prefix: "by-hand" });
    await vi.waitFor(() => store.swap("a", null, 1), { timeout: 10_000 });
    await admin.zadd("{by-hand}:keys", 0, "b", 0, "c", 0, "d", 0, "e");
    await admin.hset("{by-hand}:value:b", { version: "v", modified: "yesterday", value: "2" });
    await admin.set("{by-hand}:value:c", "3");
    await admin.hset("{by-hand}:value:d", { octets: "theirs", writeid: "theirs" });
    const members = await store.list("", { limit: 9 });
    expect(members.map(({ key, value, unreadable = false }) => [key, value, unreadable])).toEqual([
      ["a", 1, false],
      ["b", 2, false],
      ["c", undefined, true],
      ["d", undefined, true],
      ["e", undefined, true],
    ]);
    const page = await resource(store, { key: () => ({ prefix: "" }) })(request("GET"));
    expect(page.status).toBe(200);
    // Its hash has no version, so there is no value to replace.
    const d = resource(store, { key: "d", validate: () => true });
    expect((await d(request("GET"))).status).toBe(404);
    expect((await d(request("PUT", { "If-None-Match": "*" }, "5"))).status).toBe(201);
    expect((await store.list("d", { limit: 1 }))[0]).toMatchObject({ key: "d", value: 5 });
    expect(await (await d(request("GET"))).text()).toBe("5");
    expect((await store.read("d"))?.writeId).toBeUndefined();
    const e = resource(store, { key: "e" });
    expect((await e(request("GET"))).status).toBe(404);
    expect((await e(request("PUT", { "If-None-Match": "*" }, "6"))).status).toBe(201);
    const b = resource(store, { key: "b" });
    expect((await b(request("GET"))).status).toBe(200);
    expect((await b(request("PUT", { "If-Match": '"v"' }, "4"))).status).toBe(204);
    expect((await store.read("b"))?.lastModified).toBeGreaterThan(1_600_000_000_000);
    admin.disconnect();
    end();
  });

  test("a replica refuses a write, and nothing is written", async () => {
    const { client, end } = await open(redis.url);
    const admin = new Redis(redis.url);
    const pages = pagesIn(client, { prefix: "replica" });
    await vi.waitFor(async () => expect((await pages(request("GET"))).status).toBe(404), { timeout: 10_000 });
    await admin.replicaof("127.0.0.1", String(await freePort()));
    expect((await pages(put("Hello"))).status).toBe(503);
    await admin.replicaof("NO", "ONE");
    expect((await pages(request("GET"))).status).toBe(404);
    admin.disconnect();
    end();
  });
});
