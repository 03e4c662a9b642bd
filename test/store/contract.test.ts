import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { contractCases as cases } from "@entity-tag/store/contract-tests";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type OpenDriver,
  openIoRedis,
  openLibsql,
  openMemory,
  openNodeRedis,
  openPGlite,
  openPg,
  openPostgresJs,
  openSqlite,
} from "./contract/drivers.ts";
import { reachable } from "./race/databases.ts";

/** The other runtimes run their cases while the cases below wait. */
const starts: (() => void)[] = [];
beforeAll(() => {
  for (const start of starts) start();
});

contract("memoryStore", openMemory);
contract("sqliteStore on node:sqlite, on a file", openSqlite);
contract("sqliteStore on libsql, with the interface of better-sqlite3", openLibsql);
contract("postgresStore on PGlite", openPGlite);

const postgres = await reachable("postgres");
contract("postgresStore on pg", openPg, postgres);
contract("postgresStore on postgres.js", openPostgresJs, postgres);

const redis = await reachable("redis");
contract("redisStore on node-redis", openNodeRedis, redis);
contract("redisStore on ioredis", openIoRedis, redis);

contractUnder(
  "sqliteStore on bun:sqlite, under Bun",
  "bun",
  ["run", "--no-install", "bun.ts"],
  ["swap does not win when its commit is refused"],
);
const offline = ["--no-remote", "--cached-only", "--node-modules-dir=manual"];
contractUnder(
  "denoKvStore, under Deno",
  "deno",
  ["run", "-A", "--unstable-kv", ...offline, "deno.ts"],
  [
    "a list has no entries of a store whose prefix is longer",
    "a version of one database is never accepted in another that took its place",
    "a version from before a restore is never accepted for a later one",
    "a repeated PUT gets no tag if its octets had no room, as in its first answer",
    "a read and a write of a closed database get a 503",
    "a write waits two seconds for a database that another process has locked, and then gets a 503",
    "an entry that another program wrote is listed as unreadable beside the others, and a write repairs it",
    "a key that leaves no room for the prefix has no value, and a write to it gets a 413",
    "when a database does not answer, a read gets a 503, and the outcome of a write is unknown",
    "every keyed update is applied once while the clock jumps and answers are lost",
  ],
);

/** Every case, on a driver in this process. `available` false: the server does not run, and a line above says so. */
function contract(name: string, open: () => Promise<OpenDriver>, available = true): void {
  describe.skipIf(!available)(name, () => {
    let driver: OpenDriver;
    beforeAll(async () => {
      driver = await open();
    }, 120_000);
    afterAll(() => driver.close());
    for (const { name, run } of cases) test(name, { timeout: 120_000 }, () => run(driver));
  });
}

/** Every case, in a process of another runtime that prints each result. */
function contractUnder(name: string, runtime: string, args: string[], more: string[]): void {
  let output: Promise<string>;
  starts.push(() => {
    output = outputOf(runtime, args);
    // Its own hook reports the error.
    output.catch(() => {});
  });
  describe(name, () => {
    const results = new Map<string, string | undefined>();
    beforeAll(async () => {
      for (const line of (await output).trim().split("\n")) {
        const { name, error } = JSON.parse(line);
        results.set(name, error);
      }
    }, 120_000);
    for (const name of [...cases.map(({ name }) => name), ...more]) {
      test(name, () => {
        expect(results.has(name), "the case ran").toBe(true);
        expect(results.get(name)).toBeUndefined();
      });
    }
  });
}

async function outputOf(runtime: string, args: string[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "contract-"));
  try {
    const program = resolve(import.meta.dirname, "../../node_modules/.bin", runtime);
    const cwd = resolve(import.meta.dirname, "contract/runtimes");
    const { stdout } = await promisify(execFile)(program, [...args, join(folder, "store.db")], { cwd });
    return stdout;
  } finally {
    // A program that ended early has left its disk mounted: see deno.ts.
    spawnSync("umount", [join(folder, "store.db-disk")]);
    rmSync(folder, { recursive: true });
  }
}
