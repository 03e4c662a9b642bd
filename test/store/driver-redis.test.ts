import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { resource, StoreBusyError } from "@entity-tag/store";
import { redisStore } from "@entity-tag/store/redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ownName } from "./contract/drivers.ts";
import { proxyThatLosesOneAnswer } from "./contract/losing-proxy.ts";
import { redisUrl } from "./race/addresses.ts";
import { reachable } from "./race/databases.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const isReachable = await reachable("redis");

describe.skipIf(!isReachable)("redisStore", () => {
  const client = createClient({ url: redisUrl });
  beforeAll(() => client.connect().then(() => {}));
  const prefixes: string[] = [];
  function prefixOf(): string {
    prefixes.push(ownName());
    return prefixes.at(-1)!;
  }
  afterAll(async () => {
    for (const prefix of prefixes) {
      for (const key of await client.keys(`*{${prefix}}*`)) await client.del(key);
    }
    await client.close();
  });

  test("redisStore's next write brings back a key that the index has lost", async () => {
    const prefix = prefixOf();
    const store = redisStore<number>(client, { prefix });
    const swap = await store.swap("home", null, 1);
    await client.zRem(`{${prefix}}:keys`, "home");
    await store.swap("home", swap.swapped ? swap.current!.version : null, 2);
    expect((await store.list("", { limit: 2 })).map(({ key, value }) => [key, value])).toEqual([["home", 2]]);
  });

  test("redisStore writes nothing when the index is not a sorted set, or the ledger cannot be written", async () => {
    const prefix = prefixOf();
    const store = redisStore<number>(client, { prefix });
    const claim = { id: "a", fingerprint: "a" };
    for (const [name, options] of [
      ["keys", {}],
      ["keys", { claim }],
      ["ledger", { claim }],
    ] as const) {
      await client.set(`{${prefix}}:${name}`, "text");
      await expect(store.swap("a", null, 1, options)).rejects.toThrow("WRONGTYPE");
      await client.del(`{${prefix}}:${name}`);
      expect(await client.keys(`{${prefix}}*`)).toEqual([]);
    }
  });

  test("redisStore keeps a key as a hash and as a member of one sorted set, as the README says", async () => {
    const prefix = prefixOf();
    const store = redisStore<unknown>(client, { prefix });
    const swap = await store.swap("home", null, { content: "Hello" }, { writeId: "m" });
    const { version, lastModified } = (await store.read("home"))!;
    expect({ ...(await client.hGetAll(`{${prefix}}:value:home`)) }).toEqual({
      value: '{"content":"Hello"}',
      version,
      modified: String(lastModified),
      writeid: "m",
    });
    expect(await client.zRange(`{${prefix}}:keys`, 0, -1)).toEqual(["home"]);
    await store.swap("home", swap.swapped ? swap.current!.version : null, null);
    expect(await client.keys(`{${prefix}}*`)).toEqual([]);
  });

  test("redisStore keeps a version's time from going back when the server's clock does", async () => {
    const prefix = prefixOf();
    const store = redisStore<string>(client, { prefix });
    const first = await store.swap("a", null, "first");
    await client.hSet(`{${prefix}}:value:a`, "modified", Date.UTC(2100, 0, 1));
    const second = await store.swap("a", first.swapped ? first.current!.version : null, "second");
    expect(second.swapped && second.current?.lastModified).toBe(Date.UTC(2100, 0, 1));
  });

  test("redisStore sends the scripts again to a server that has lost them", async () => {
    const store = redisStore<string>(client, { prefix: prefixOf() });
    await client.scriptFlush();
    expect((await store.swap("a", null, "value")).swapped).toBe(true);
    await client.scriptFlush();
    expect((await store.read("a"))?.value).toBe("value");
  });

  test.each([2, 3] as const)("redisStore works with node-redis over RESP%i", async (RESP) => {
    const own = await createClient({ url: redisUrl, RESP }).connect();
    const store = redisStore<string>(own, { prefix: prefixOf() });
    const swap = await store.swap("ä", null, "Größe");
    expect(swap.swapped && swap.current).toEqual(await store.read("ä"));
    expect(await store.list("", { limit: 2 })).toEqual([{ key: "ä", ...(await store.read("ä")) }]);
    await own.close();
  });

  test("redisStore works on a pool of node-redis", async () => {
    const pool = createClientPool({ url: redisUrl }).on("error", () => {});
    await pool.connect();
    const store = redisStore<string>(pool, { prefix: prefixOf() });
    const swaps = await Promise.all(Array.from({ length: 20 }, (_, i) => store.swap("a", null, `é${i}`)));
    const won = swaps.findIndex(({ swapped }) => swapped);
    expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1);
    expect((await store.read("a"))?.value).toBe(`é${won}`);
    await pool.close();
  });

  test("redisStore works when ioredis sends the commands of one turn together", async () => {
    const together = new Redis(redisUrl, { enableAutoPipelining: true });
    const store = redisStore<number>(together, { prefix: prefixOf() });
    const claim = { id: "a", fingerprint: "f" };
    const swaps = await Promise.all(
      ["a", "b", "c"].map((key, n) => store.swap(key, null, n, n === 0 ? { claim } : {})),
    );
    expect(swaps.map(({ swapped }) => swapped)).toEqual([true, true, true]);
    expect((await store.ledger.find("a", "a")).entry?.version).toBe((await store.read("a"))?.version);
    expect(await store.list("", { limit: 9 })).toHaveLength(3);
    together.disconnect();
  });

  test("redisStore works when ioredis puts its own prefix before every key", async () => {
    const own = new Redis(redisUrl, { keyPrefix: "app:" });
    const prefix = prefixOf();
    const store = redisStore<string>(own, { prefix });
    await store.swap("a", null, "value");
    expect((await store.list("", { limit: 2 })).map(({ key, value }) => [key, value])).toEqual([
      ["a", "value"],
    ]);
    expect(await client.exists(`app:{${prefix}}:value:a`)).toBe(1);
    await own.quit();
  });

  test.each(["node-redis", "ioredis"])(
    "swap by %s throws when its answer is lost, though the client library may send it again",
    async (name) => {
      const proxy = await proxyThatLosesOneAnswer(redisUrl, 6379);
      const url = `redis://127.0.0.1:${proxy.port}`;
      const { own, end } = await clientOf(name, url);
      const prefix = prefixOf();
      const store = redisStore<string>(own, { prefix });
      const first = await store.swap("a", null, "first");
      const version = first.swapped ? first.current!.version : null;
      proxy.loseNext("second");
      await expect(store.swap("a", version, "second")).rejects.toThrow();
      expect((await redisStore<string>(client, { prefix }).read("a"))?.value, "it had been done").toBe(
        "second",
      );
      expect((await store.read("a"))?.value, "and the client is usable again").toBe("second");
      // A read whose answer is lost has written nothing, and that is certain.
      proxy.loseAll(prefix);
      const put = new Request("http://localhost/", {
        method: "PUT",
        body: new Blob(['"x"'], { type: "application/json" }),
      });
      expect((await resource(store, { key: "a" })(put)).status).toBe(503);
      await expect(store.list("", { limit: 1 })).rejects.toThrow(StoreBusyError);
      proxy.loseAll(undefined);
      expect((await store.read("a"))?.value).toBe("second");
      end();
      proxy.close();
    },
  );

  test("redisStore obeys the time limit of node-redis' withCommandOptions for a command that is not sent", async () => {
    const { hostname, port } = new URL(redisUrl);
    const sockets: Socket[] = [];
    const proxy = createServer((socket) => {
      const server = connect(Number(port || 6379), hostname);
      sockets.push(socket, server);
      socket
        .on("error", () => {})
        .pipe(server.on("error", () => {}))
        .pipe(socket);
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const slow = createClient({ url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}` });
    await slow.on("error", () => {}).connect();
    // The server reads no more, so what comes after a long command is not sent.
    sockets[0]!.unpipe().pause();
    slow.echo("x".repeat(50_000_000)).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    const start = performance.now();
    const store = redisStore(slow.withCommandOptions({ timeout: 100 }), { prefix: prefixOf() });
    // The library tries one more command.
    slow.echo("y").catch(() => {});
    await expect(store.swap("a", null, 1)).rejects.toThrow(StoreBusyError);
    expect(performance.now() - start).toBeLessThan(1_500);
    slow.destroy();
    for (const socket of sockets) socket.destroy();
    proxy.close();
  });

  test("swap stops waiting when its signal aborts", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const own = new Redis((silent.address() as AddressInfo).port, "127.0.0.1", { lazyConnect: true });
    own.on("error", () => {});
    const signal = AbortSignal.timeout(50);
    const store = redisStore<string>(own);
    await expect(store.swap("a", null, "value", { signal })).rejects.toMatchObject({ name: "TimeoutError" });
    own.disconnect();
    silent.close();
  });
});

test("redisStore refuses a value that is not a client, a cluster, a sentinel, and an invalid prefix", () => {
  for (const client of [null, undefined, "redis://", {}, { sendCommand: 1 }]) {
    expect(() => redisStore(client as never), String(client)).toThrow(TypeError);
  }
  const cluster = new Cluster([{ port: 1 }], { lazyConnect: true });
  expect(() => redisStore(cluster)).toThrow(/cluster/);
  cluster.disconnect();
  const rootNodes = [{ url: "redis://127.0.0.1:1" }];
  expect(() => redisStore(createCluster({ rootNodes }) as never)).toThrow(/cluster/);
  const sentinelRootNodes = [{ host: "127.0.0.1", port: 1 }];
  expect(() => redisStore(createSentinel({ name: "a", sentinelRootNodes }))).toThrow(/sentinel/);
  const client = { sendCommand: async () => null };
  for (const prefix of ["", "a{b}", "}", 7 as never])
    expect(() => redisStore(client, { prefix })).toThrow(TypeError);
});

const hasServer = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasServer) console.warn("SKIPPED: a Redis that is busy. To run this test: install redis-server");

test.skipIf(!hasServer)("redisStore throws StoreBusyError when the server is busy", async () => {
  const socket = `/tmp/${ownName()}.sock`;
  const args = ["--port", "0", "--unixsocket", socket, "--save", "", "--busy-reply-threshold", "20"];
  const server = spawn("redis-server", args, { stdio: "ignore" });
  const [own, other] = [new Redis(socket), new Redis(socket)].map((each) => each.on("error", () => {}));
  const store = redisStore<string>(own!);
  expect((await store.swap("a", null, "value")).swapped).toBe(true);
  const endless = other!.eval("while true do end", 0).catch(() => {});
  await vi.waitFor(() => expect(store.read("a")).rejects.toThrow(StoreBusyError), { timeout: 10_000 });
  await expect(store.swap("a", null, "next")).rejects.toThrow(StoreBusyError);
  await own!.script("KILL");
  await endless;
  expect((await store.read("a"))?.value).toBe("value");
  for (const each of [own, other]) each!.disconnect();
  server.kill();
});

/** A client that survives a lost connection, and a function that ends it. */
async function clientOf(name: string, url: string) {
  if (name === "ioredis") {
    const own = new Redis(url).on("error", () => {});
    return { own, end: () => own.disconnect() };
  }
  const own = await createClient({ url })
    .on("error", () => {})
    .connect();
  return { own, end: () => own.destroy() };
}
