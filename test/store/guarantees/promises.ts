// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of source files
/** A change that breaks a promise on purpose, and the test that must fail then. */
export interface Break {
  /** A file below `packages/store/src`. */
  in: string;
  find: string;
  put: string;
  /** One of the promise's tests, by its number. Default: the first. */
  fails?: number;
}

export interface Promised {
  /** A sentence of the README, or a part of one. */
  text: string;
  /** The tests that prove it: a file, and a part of the title. */
  tests: readonly [file: string, title: string][];
  breaks: readonly Break[];
}

const CONTRACT = "packages/store/src/contract-tests";

/**
 * All sentences under "What is guaranteed" in the README of the store. `npm run break-promises` tries the breaks.
 */
export const promises: readonly Promised[] = [
  {
    text: "One winner. Of all swaps of one version at most one succeeds, across connections and processes.",
    tests: [
      [`${CONTRACT}/contention-cases.ts`, "of many swaps of one version exactly one succeeds"],
      ["test/store/race/race.test.ts", "loses no update of"],
    ],
    breaks: [
      {
        in: "memory.ts",
        find: "(found?.version ?? null) !== expected",
        put: "found === undefined && expected !== null",
      },
      {
        in: "drivers/sqlite-statements.ts",
        find: "WHERE key = ? AND version = ? AND ${time}",
        put: "WHERE key = ? AND ? <> '' AND ${time}",
      },
      {
        in: "drivers/postgres-swap.ts",
        find: "WHERE t.key = ${key} AND t.version = ${bindExpected()}${ifRoom}\n    RETURNING (extract",
        put: "WHERE t.key = ${key} AND ${bindExpected()} <> ''${ifRoom}\n    RETURNING (extract",
      },
      { in: "drivers/redis-scripts.ts", find: "if found ~= ARGV[2] then", put: "if false then" },
    ],
  },
  {
    text: "A refused write changes nothing, whether it gets a 412, 428, 409, 422, 503 or 507.",
    tests: [["test/store/guarantees/guarantees.test.ts", "a refused write has changed nothing"]],
    breaks: [
      { in: "write/write.ts", find: "return refusal && {", put: "return false && refusal && {" },
      {
        in: "resource/approval.ts",
        find: "if (verdict === false) return notValidHere",
        put: "if (verdict === null) return notValidHere",
      },
      {
        in: "drivers/sqlite-errors.ts",
        find: "if (code === CONSTRAINT) return",
        put: "if (code === -1) return",
      },
    ],
  },
  {
    text: "Exactly once. A write with an `Idempotency-Key` may be sent again for a day: it gets its first answer, and is not applied again.",
    tests: [
      ["test/store/ledger.test.ts", "gets its first answer again, whatever others have written"],
      ["test/store/race/exactly-once.test.ts", "when one answer in ten is lost after the commit"],
      ["test/store/model.test.ts", "applies no change twice when the store has a ledger"],
    ],
    breaks: [
      {
        in: "write/write.ts",
        find: "if (claim && entry) return",
        put: "if (claim && entry && !it.key) return",
      },
    ],
  },
  {
    text: "Versions are never used again, not even after delete and create, or after a restore from a backup.",
    tests: [
      [`${CONTRACT}/swap-cases.ts`, "a version is never used again, not even after delete and create"],
      [
        "test/store/contract/runtimes/deno.ts",
        "a version from before a restore is never accepted for a later one",
      ],
    ],
    breaks: [
      { in: "contract/version.ts", find: "return randomText(20);", put: 'return "A".repeat(20);' },
      {
        in: "contract/version.ts",
        find: "crypto.getRandomValues(pool);",
        put: "if (pool.every((byte) => byte === 0)) crypto.getRandomValues(pool);",
      },
      {
        in: "drivers/deno-kv-swap.ts",
        find: "if (!isByHand) atomic.check({",
        put: "if (false) atomic.check({",
        fails: 1,
      },
    ],
  },
  {
    text: "A tag is true. GET returns the octets that the PUT contained, for as long as their tag is current.",
    tests: [
      [
        "test/store/resource-shown.test.ts",
        "resource gives back the octets that it was sent, under the tag of the PUT",
      ],
      [
        "packages/store/src/contract-tests/octets-cases.ts",
        "octets come back as they were sent, or not at all",
      ],
    ],
    breaks: [
      {
        in: "resource/representation.ts",
        find: ": (state.octets ?? media.format(state.value));",
        put: ": media.format(state.value);",
      },
    ],
  },
  {
    text: "A certain failure is not an unknown outcome. If the database is locked, full, read-only or not running, the answer is 503 or 507 with `Retry-After`.",
    tests: [
      [
        "test/store/honest-sqlite.test.ts",
        "a write to a read-only database gets a 503, and to a full one a 507",
      ],
      ["test/store/honest-postgres.test.ts", "a read and a write get a 503 when no server runs"],
      ["test/store/honest-redis.test.ts", "a read and a write get a 503 when the server never ran"],
      ["test/store/honest-postgres.test.ts", "gets a 503, and nothing is written"],
      [
        "test/store/honest-redis.test.ts",
        "a user without the right to one command of a write is told which, and nothing is written",
      ],
      [
        "test/store/contract/runtimes/deno.ts",
        "a write waits two seconds for a database that another process has locked, and then gets a 503",
      ],
    ],
    breaks: [
      { in: "drivers/sqlite-errors.ts", find: "if (code === FULL) return", put: "if (code === -1) return" },
      {
        in: "drivers/sqlite-errors.ts",
        find: "if (code === READONLY) return",
        put: "if (code === -1) return",
      },
      { in: "drivers/postgres-errors.ts", find: '"57P05", "25006"],', put: '"57P05"],', fails: 3 },
      {
        in: "drivers/redis-scripts.ts",
        find: "if lacks then return",
        put: "if false then return",
        fails: 4,
      },
      {
        in: "drivers/deno-kv-driver.ts",
        find: "whileBusy(() => swapOnce(swap), swap.signal)",
        put: "swapOnce(swap)",
        fails: 5,
      },
    ],
  },
  {
    text: "Patient, but not for ever. The store waits two seconds each for a connection, a row's lock and a locked file, and ten for an answer to a statement that was sent.",
    tests: [
      [
        "test/store/honest-postgres.test.ts",
        "a locked row delays no other row, and its writers are answered within their time limit",
      ],
      [
        "test/store/honest-sqlite.test.ts",
        "a file in WAL mode that another process has locked gets a 503 within its time limit",
      ],
      ["test/store/honest-redis.test.ts", "a read and a write get a 503 when the server never ran"],
      ["test/store/honest-postgres.test.ts", "a connection that no longer answers is replaced"],
      [
        "test/store/contract/runtimes/deno.ts",
        "when a database does not answer, a read gets a 503, and the outcome of a write is unknown",
      ],
    ],
    breaks: [
      {
        in: "drivers/postgres-swap.ts",
        find: 'const LOCK_TIMEOUT = "2s";',
        put: 'const LOCK_TIMEOUT = "20s";',
      },
      {
        in: "contract/time-limits.ts",
        find: "export const WAIT_TIMEOUT_MS = 2000;",
        put: "export const WAIT_TIMEOUT_MS = 20_000;",
        fails: 1,
      },
      {
        in: "contract/time-limits.ts",
        find: "export const WAIT_TIMEOUT_MS = 2000;",
        put: "export const WAIT_TIMEOUT_MS = 20_000;",
        fails: 2,
      },
      {
        in: "drivers/postgres-pool.ts",
        find: "giveUp: () => answer.then(close, close)",
        put: "giveUp: () => {}",
        fails: 3,
      },
      {
        in: "drivers/deno-kv-errors.ts",
        find: "return within(ANSWER_TIMEOUT_MS, work, signal, noAnswer);",
        put: "return within(10 * ANSWER_TIMEOUT_MS, work, signal, noAnswer);",
        fails: 4,
      },
    ],
  },
  {
    text: "A read of a table that is locked as a whole gets a 503 after two seconds.",
    tests: [
      ["test/store/honest-postgres.test.ts", "that is locked as a whole gets a 503 within its time limit"],
    ],
    breaks: [
      {
        in: "drivers/postgres-reading.ts",
        find: "if (locks.length > 0) throw",
        put: "if (locks.length === 0) throw",
      },
    ],
  },
  {
    text: "After five seconds the store asks PostgreSQL to cancel a write to such a table, which then gets a 503, too.",
    tests: [
      [
        "test/store/honest-postgres.test.ts",
        "a write to a table that is locked as a whole is cancelled, is 503, and is not made later",
      ],
    ],
    breaks: [
      {
        in: "contract/time-limits.ts",
        find: "export const CANCEL_MS = 5000;",
        put: "export const CANCEL_MS = 50_000;",
      },
    ],
  },
  {
    text: "A statement that was abandoned before it was sent is never sent later.",
    tests: [
      [
        "test/store/honest-redis.test.ts",
        "a write that was answered with 503 is not made when the server is back",
      ],
      ["test/store/honest-postgres.test.ts", "a locked row delays no other row"],
      [
        "test/store/honest-postgres.test.ts",
        "a write on a single client that is busy with another query gets a 503 within its time limit",
      ],
    ],
    breaks: [
      {
        in: "drivers/postgres-client.ts",
        find: "if (isGivenUp) return busy();",
        put: "",
        fails: 2,
      },
      {
        in: "drivers/redis-client.ts",
        find: "    isReady(client)\n      ? send(",
        put: "    isReady(client) || args.length > 0\n      ? send(",
      },
    ],
  },
  {
    text: "Fair. Writers of one process are served in the order of their arrival at a key.",
    tests: [
      ["test/store/fairness.alone.test.ts", "a write in the queue competes with no other of its process"],
      ["test/store/fairness.alone.test.ts", "a writer whose change takes 50 ms writes among five quick ones"],
      ["test/store/fairness.alone.test.ts", "256 writers of one key wait at most six times as long as 64"],
    ],
    breaks: [
      {
        in: "write/key-queue.ts",
        find: "before ? turnAfter(queue, signal).then(() => work(true)) : work(false)",
        put: "before ? Promise.resolve().then(() => work(true)) : work(false)",
      },
    ],
  },
  {
    text: "Round trips. A read costs one, a write two, with a key or without.",
    tests: [
      ["test/store/ledger.test.ts", "a keyed write costs two round trips, as one without a key"],
      ["test/store/resource.test.ts", "resource reads in one round trip, and no value that the client has"],
    ],
    breaks: [
      {
        in: "write/write.ts",
        find: "const judged = judge(it, found);",
        put: "await findCurrent(it);\n    const judged = judge(it, found);",
      },
    ],
  },
  {
    text: "A revalidation that ends in 304 loads no value, except from Deno KV.",
    tests: [
      ["test/store/resource.test.ts", "resource reads in one round trip, and no value that the client has"],
      [
        "test/store/resource-collection.test.ts",
        "resource answers 304 for an unchanged page, and reads no value for that",
      ],
    ],
    breaks: [
      {
        in: "resource/representation.ts",
        find: "return store.readUnless && known.length > 0",
        put: "return store.readUnless && known.length > 99",
      },
    ],
  },
  {
    text: "No clock decides. `lastModified` is shown, and compared only where the client sends a date.",
    tests: [
      [
        "test/store/clocks.test.ts",
        "applies every keyed update once while its clock jumps and answers are lost",
      ],
      ["test/store/clocks.test.ts", "never accepts a tag for another version while its clock jumps"],
      [
        "test/store/driver-sqlite.test.ts",
        "sqliteStore keeps a version's time from going back when the clock does",
      ],
      [`${CONTRACT}/swap-cases.ts`, "lastModified is now, in milliseconds, and does not go back"],
    ],
    breaks: [
      {
        in: "contract/version.ts",
        find: "return randomText(20);",
        put: 'return String(Math.round(Date.now() / 10_000_000)).padStart(20, "0");',
        fails: 1,
      },
      { in: "drivers/sqlite-statements.ts", find: "AND ${time} <= ?`", put: "AND ? > 0`", fails: 2 },
    ],
  },
  {
    text: "A date cannot tell apart two changes within one second: of ten clients that send `If-Unmodified-Since` alone and write within a second, nine overwrite each other, as the standard allows.",
    tests: [["test/store/clocks.test.ts", "ten clients that send the same date all write within its second"]],
    breaks: [
      { in: "write/validators.ts", find: "lastModified: found.lastModified, codings", put: "codings" },
    ],
  },
  {
    text: "So write with tags: `require: true` answers 428 to a write that has only a date.",
    tests: [["test/store/clocks.test.ts", "a write with only a date gets a 428 under require"]],
    breaks: [
      {
        in: "resource/settings.ts",
        find: "require === true ? WRITES : require",
        put: "require === true ? [] : require",
      },
    ],
  },
];
