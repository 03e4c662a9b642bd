// Run by Deno, with the path of a database file: the contract on Deno KV.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { keyBelow, mutate, resource, StoreBusyError } from "@entity-tag/store";
import { type DenoKv, denoKvStore } from "@entity-tag/store/deno-kv";
import { runAll } from "./run.ts";

declare const Deno: {
  args: string[];
  copyFile(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  mkdir(path: string): Promise<void>;
  open(
    path: string,
    options: { write: true; create: true },
  ): Promise<{ write(bytes: Uint8Array): Promise<number>; close(): void }>;
  Command: new (program: string, options: { args: string[] }) => { output(): Promise<{ code: number }> };
  openKv(path: string): Promise<DenoKv & { close(): void }>;
};
const path = Deno.args[0]!;
const folder = `${path}-disk`;
const isOwnDisk = await mountDisk();
const file = `${folder}/store.db`;
const kv = await Deno.openKv(file);
let now: DenoKv = kv;

/** The database that the stores of the contract use. A fault replaces it by one that cannot be written. */
const replaceable: DenoKv = {
  get: (...args) => now.get(...args),
  getMany: (...args) => now.getMany(...args),
  atomic: () => now.atomic(),
  list: (...args) => now.list(...args),
};

/** A small disk for the database, so that a test can fill it. Only root can mount one. */
async function mountDisk(): Promise<boolean> {
  await Deno.mkdir(folder);
  const args = ["-t", "tmpfs", "-o", "size=16m", "tmpfs", folder];
  const isMounted = await new Deno.Command("mount", { args }).output().then(
    ({ code }) => code === 0,
    () => false,
  );
  if (!isMounted) console.warn("SKIPPED: a full disk under Deno KV. To run this test: mount a tmpfs as root");
  return isMounted;
}

/** Fills the disk, and then the pages that the database has left. */
async function fillDisk(): Promise<() => Promise<void>> {
  const filler = `${folder}/filler`;
  const open = await Deno.open(filler, { write: true, create: true });
  const isNoSpace = (error: unknown) => void assert.match(String(error), /No space|is full/);
  while ((await open.write(new Uint8Array(65_536)).catch(isNoSpace)) !== undefined);
  open.close();
  let number = 0;
  for (const size of [60_000, 4_000, 100]) {
    const fill = () =>
      kv
        .atomic()
        .set(["filler", String(number++)], new Uint8Array(size))
        .commit();
    while ((await fill().catch(isNoSpace)) !== undefined);
  }
  return async () => {
    await Deno.remove(filler);
    for (let i = 0; i < number; i++)
      await kv
        .atomic()
        .delete(["filler", String(i)])
        .commit();
  };
}

await runAll(
  {
    open: async (codec) =>
      denoKvStore(replaceable, { ...codec, prefix: [codec?.encode ? "binary" : "json"] }),
    async corrupt(key) {
      const place = ["json", "value", key];
      const { octets: _, ...entry } = (await kv.get(place)).value as { octets?: unknown };
      const nonsense = { ...entry, value: new TextEncoder().encode("not JSON") };
      await kv.atomic().set(place, nonsense).commit();
    },
    async locked() {
      const holder = new DatabaseSync(file);
      holder.exec("BEGIN IMMEDIATE");
      return async () => {
        holder.exec("ROLLBACK");
        holder.close();
      };
    },
    async readOnly() {
      const readOnly = await Deno.openKv(`file:${file}?mode=ro`);
      now = readOnly;
      return async () => {
        now = kv;
        readOnly.close();
      };
    },
    async down() {
      const closed = await Deno.openKv(file);
      closed.close();
      now = closed;
      return async () => {
        now = kv;
      };
    },
    ...(isOwnDisk && { full: fillDisk }),
    maxValueBytes: 64_000,
    ledgerHasNoBound: true,
  },
  [
    {
      name: "a list has no entries of a store whose prefix is longer",
      async run() {
        const outer = denoKvStore<string>(kv, { prefix: ["outer"] });
        for (const prefix of [
          ["outer", "value"],
          ["outer", "nonce"],
          ["outer", "value", "value"],
        ]) {
          const inner = denoKvStore<string>(kv, { prefix });
          for (const key of ["a", "b"])
            await inner.swap(key, null, "inner", { claim: { id: key, fingerprint: "PUT" } });
          assert.deepEqual(
            (await inner.list("", { limit: 10 })).map(({ key }) => key),
            ["a", "b"],
          );
        }
        for (const key of ["a", "w", "x"]) await outer.swap(key, null, "outer");
        await kv
          .atomic()
          .set(["outer", "value", 5 as never], "of another program")
          .commit();
        const keysOf = async (prefix: string, limit: number, after?: string) =>
          (await outer.list(prefix, { limit, after })).map(({ key }) => key);
        assert.deepEqual(await keysOf("", 10), ["a", "w", "x"]);
        assert.deepEqual(await keysOf("", 2), ["a", "w"]);
        assert.deepEqual(await keysOf("", 2, "a"), ["w", "x"]);
        assert.deepEqual(await keysOf("n", 10), []);
      },
    },
    {
      name: "a version of one database is never accepted in another that took its place",
      async run() {
        const versions: string[] = [];
        for (const name of ["2", "3"]) {
          const other = await Deno.openKv(path + name);
          const swap = await denoKvStore<string>(other).swap("a", null, "value");
          assert.ok(swap.swapped && swap.current);
          versions.push(swap.current.version);
          if (versions.length === 2) {
            assert.equal((await denoKvStore<string>(other).swap("a", versions[0]!, "next")).swapped, false);
          }
          other.close();
        }
        const [first, second] = versions.map((version) => version.split(".")[1]);
        assert.notEqual(first, second);
      },
    },
    {
      name: "a version from before a restore is never accepted for a later one",
      async run() {
        const [live, backup] = [`${path}-live`, `${path}-backup`];
        const before = await Deno.openKv(live);
        const first = await denoKvStore<number>(before).swap("a", null, 0);
        assert.ok(first.swapped && first.current);
        before.close();
        await Deno.copyFile(live, backup);
        const versions = new Set<string>();
        for (const round of [1, 2]) {
          for (const end of ["-wal", "-shm"]) await Deno.remove(live + end).catch(() => {});
          await Deno.copyFile(backup, live);
          const restored = await Deno.openKv(live);
          const store = denoKvStore<number>(restored);
          let version = first.current.version;
          for (let i = 0; i < 20; i++) {
            const swap = await store.swap("a", version, i * round);
            assert.ok(swap.swapped && swap.current);
            version = swap.current.version;
            assert.ok(!versions.has(version), "a version came back");
            versions.add(version);
            for (const old of [...versions].slice(0, 20 * (round - 1))) {
              assert.equal((await store.swap("a", old, -1)).swapped, false);
            }
          }
          restored.close();
        }
      },
    },
    {
      name: "a repeated PUT gets no tag if its octets had no room, as in its first answer",
      async run() {
        const store = denoKvStore<unknown>(kv, { prefix: ["large"] });
        const pages = resource(store, { key: (request) => new URL(request.url).pathname });
        for (const [path, body] of [
          ["/rewritten", `[1.0, "${"x".repeat(40_000)}"]`],
          ["/kept", '[1.0, "x"]'],
        ] as const) {
          const put = () =>
            pages(
              new Request(`http://localhost${path}`, {
                method: "PUT",
                body,
                headers: { "Content-Type": "application/json", "Idempotency-Key": path },
              }),
            );
          const [first, again] = [await put(), await put()];
          const kept = await (await pages(new Request(`http://localhost${path}`))).text();
          assert.equal(first.headers.has("ETag"), kept === body);
          assert.equal(again.headers.get("ETag"), first.headers.get("ETag"));
        }
      },
    },
    {
      name: "a read and a write of a closed database get a 503",
      async run() {
        const closed = await Deno.openKv(`${path}-closed`);
        closed.close();
        const store = denoKvStore<string>(closed);
        const pages = resource(store, {
          key: (request) => (request.url.endsWith("/") ? { prefix: "" } : "home"),
        });
        for (const [method, where] of [
          ["GET", ""],
          ["DELETE", "home"],
          ["GET", "home"],
        ] as const) {
          const { status } = await pages(new Request(`http://localhost/${where}`, { method }));
          assert.equal(status, 503);
        }
        await assert.rejects(store.swap("home", null, "Hello"), StoreBusyError);
        await assert.rejects(store.ledger.find("home", "id"), StoreBusyError);
      },
    },
    {
      name: "a write waits two seconds for a database that another process has locked, and then gets a 503",
      async run() {
        const shared = `${path}-shared`;
        const own = await Deno.openKv(shared);
        const store = denoKvStore<string>(own);
        const pages = resource(store, { key: "home" });
        const put = (key?: string) =>
          pages(
            new Request("http://localhost/", {
              method: "PUT",
              body: '"Hello"',
              headers: { "Content-Type": "application/json", ...(key && { "Idempotency-Key": key }) },
            }),
          );
        await store.swap("other", null, "Hello");
        const holder = new DatabaseSync(shared);
        holder.exec("BEGIN IMMEDIATE");
        const start = performance.now();
        for (const answer of await Promise.all([put(), put("k")])) {
          assert.equal(answer.status, 503);
          assert.ok(answer.headers.has("Retry-After"));
        }
        assert.ok(performance.now() - start < 6_000);
        assert.equal((await pages(new Request("http://localhost/"))).status, 404);
        const patient = put("k");
        setTimeout(() => holder.exec("ROLLBACK"), 500);
        assert.equal((await patient).status, 201);
        holder.close();
        own.close();
      },
    },
    {
      name: "an entry that another program wrote is listed as unreadable beside the others, and a write repairs it",
      async run() {
        const store = denoKvStore<string>(kv, { prefix: ["theirs"] });
        const pages = resource(store, { key: keyBelow("/") });
        const ask = (method: string, path: string, headers = {}) => {
          const body = method === "PUT" ? '"again"' : null;
          const type = { "Content-Type": "application/json" };
          return pages(
            new Request(`http://localhost/${path}`, { method, body, headers: { ...type, ...headers } }),
          );
        };
        await store.swap("a", null, "first");
        for (const theirs of [
          "text",
          null,
          7,
          { value: "text", lastModified: 0, nonce: "n" },
          new Uint8Array(3),
        ]) {
          for (const [method, withTag] of [
            ["PUT", true],
            ["PUT", false],
            ["DELETE", true],
          ] as const) {
            await kv.atomic().set(["theirs", "value", "b"], theirs).commit();
            const { items } = await (await ask("GET", "")).json();
            assert.deepEqual([items[0].value, items[1].key, items[1].unreadable], ["first", "b", true]);
            assert.equal((await ask("GET", "b")).status, 500);
            assert.equal((await ask("PUT", "b", { "If-Match": '"other"' })).status, 412);
            const tag = withTag ? { "If-Match": items[1].etag } : {};
            assert.equal((await ask(method, "b", tag)).status, 204);
            assert.equal((await store.read("b"))?.value, method === "PUT" ? "again" : undefined);
            const found = await store.read("b");
            if (!found) continue;
            const [versionstamp] = found.version.split(".");
            assert.equal((await store.swap("b", `${versionstamp}.`, "no")).swapped, false);
          }
        }
      },
    },
    {
      name: "a key that leaves no room for the prefix has no value, and a write to it gets a 413",
      async run() {
        const store = denoKvStore<string>(kv, { prefix: ["p".repeat(200)] });
        const pages = resource(store, { key: keyBelow("/") });
        const url = `http://localhost/${"k".repeat(1_990)}`;
        const headers = { "Content-Type": "application/json" };
        assert.equal((await pages(new Request(url))).status, 404);
        assert.equal((await pages(new Request(url, { method: "PUT", body: '"a"', headers }))).status, 413);
        assert.equal((await pages(new Request(url, { method: "DELETE" }))).status, 404);
        assert.equal((await pages(new Request(`http://localhost/?limit=1`))).status, 200);
      },
    },
    {
      name: "when a database does not answer, a read gets a 503, and the outcome of a write is unknown",
      async run() {
        const never = () => new Promise<never>(() => {});
        const silent: DenoKv = {
          get: never,
          getMany: never,
          atomic: () => Object.assign(kv.atomic(), { commit: never }),
          list: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }),
        };
        const store = denoKvStore<string>(silent);
        const pages = resource(store, {
          key: (request) => (request.url.endsWith("/") ? { prefix: "" } : "home"),
        });
        const start = performance.now();
        const [answers] = await Promise.all([
          Promise.all(["", "home"].map((where) => pages(new Request(`http://localhost/${where}`)))),
          assert.rejects(
            store.swap("home", null, "Hello"),
            /^Error: Deno KV has not answered within 10000 ms$/,
          ),
        ]);
        assert.deepEqual(
          answers.map(({ status }) => status),
          [503, 503],
        );
        assert.ok(performance.now() - start < 30_000);
      },
    },
    {
      name: "every keyed update is applied once while the clock jumps and answers are lost",
      async run() {
        const { now } = Date;
        const sixHours = 6 * 3_600_000;
        Date.now = () => now() + Math.round((Math.random() * 2 - 1) * sixHours);
        try {
          const store = denoKvStore<number>(kv, { prefix: ["clock"] });
          let sent = 0;
          const increment = (key: string) => {
            const headers = { "Idempotency-Key": key };
            const request = new Request("http://localhost/count", { method: "POST", headers });
            return mutate(request, store, "count", (count) => (count ?? 0) + 1);
          };
          async function client(number: number): Promise<void> {
            for (let done = 0; done < 25; done++) {
              for (let isHeard = false; !isHeard; ) {
                const { status } = await increment(`${number}-${done}`);
                assert.ok(status === 201 || status === 204, `${status}`);
                isHeard = ++sent % 10 !== 0;
              }
            }
          }
          await Promise.all(Array.from({ length: 8 }, (_, number) => client(number)));
          assert.ok(sent > 200);
          assert.equal((await store.read("count"))?.value, 200);
        } finally {
          Date.now = now;
        }
      },
    },
  ],
);
kv.close();
if (isOwnDisk) await new Deno.Command("umount", { args: [folder] }).output();
