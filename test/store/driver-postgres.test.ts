import { bytes, keyBelow, PROBLEM_TYPES, resource, StoreBusyError } from "@entity-tag/store";
import { postgresStore } from "@entity-tag/store/postgres";
import { Client, Pool, type PoolConfig } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ownName } from "./contract/drivers.ts";
import { proxyThatLosesOneAnswer } from "./contract/losing-proxy.ts";
import { request } from "./mutate/requests.ts";
import { databaseUrl } from "./race/addresses.ts";
import { reachable } from "./race/databases.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const table = ownName();
const schema = ownName();
const role = ownName();
const pools: Pool[] = [];

function poolOf(config: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString: databaseUrl, max: 4, ...config });
  pool.on("error", () => {}); // also rejects the query that met it
  pools.push(pool);
  return pool;
}

describe.skipIf(!(await reachable("postgres")))("postgresStore", () => {
  const pool = poolOf();
  const store = postgresStore<string>(pool, { table });
  beforeAll(async () => {
    await store.createTable();
    await pool.query(`CREATE SCHEMA ${schema}`);
  });
  afterAll(async () => {
    await pool.query(
      `DROP TABLE IF EXISTS ${table}, ${table}_ledger, ${table}_race_ledger; DROP SCHEMA ${schema} CASCADE; DROP ROLE IF EXISTS ${role}, ${role}_secured`,
    );
    await Promise.all(pools.map((each) => each.end()));
  });

  async function create(key: string): Promise<string> {
    const swap = await store.swap(key, null, "first");
    return swap.swapped && swap.current
      ? swap.current.version
      : expect.fail("another connection uses the test's table");
  }

  /** Runs `work` while another transaction holds the lock on the key's row. */
  async function whileLocked<R>(key: string, work: () => Promise<R>): Promise<R> {
    const client = await poolOf().connect();
    try {
      await client.query("BEGIN");
      await client.query(`SELECT FROM ${table} WHERE key = $1 FOR UPDATE`, [key]);
      return await work();
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  }

  test("createTable succeeds from sixteen sessions at the same time, where IF NOT EXISTS alone does not", async () => {
    const each = poolOf({ max: 16 });
    await Promise.all(Array.from({ length: 16 }, () => each.query("SELECT pg_sleep(0.05)")));
    let failures = 0;
    for (let round = 0; round < 20; round++) {
      const name = `${table}_race`;
      const naive = await Promise.allSettled(
        Array.from({ length: 16 }, () =>
          each.query(`CREATE TABLE IF NOT EXISTS ${name} (key text PRIMARY KEY)`),
        ),
      );
      failures += naive.filter(({ status }) => status === "rejected").length;
      await each.query(`DROP TABLE ${name}`);
      if (round > 3 && failures > 0) break;
    }
    expect(failures, "the naive way never failed: the sessions did not meet").toBeGreaterThan(0);
    for (let round = 0; round < 5; round++) {
      const racing = postgresStore<string>(each, { table: `${table}_race` });
      await Promise.all(Array.from({ length: 16 }, () => racing.createTable()));
      await each.query(`DROP TABLE ${table}_race`);
    }
  });

  test("postgresStore lays out its table as the README says, in a schema if its name has one", async () => {
    const pages = await postgresStore<unknown>(pool, { table: `${schema}.pages` }).createTable();
    await pages.swap("home", null, { content: "Hello" }, { writeId: "m" });
    const { version, lastModified } = (await pages.read("home"))!;
    const { rows } = await pool.query(`SELECT *, value::jsonb->>'content' AS content FROM ${schema}.pages`);
    const last_modified = new Date(lastModified!);
    const value = '{"content":"Hello"}';
    expect(rows).toEqual([
      { key: "home", value, octets: null, version, last_modified, write_id: "m", content: "Hello" },
    ]);
  });

  test("createTable needs no right to create if the table exists", async () => {
    const shared = await postgresStore<string>(pool, { table: `${schema}.shared` }).createTable();
    await pool.query(`CREATE ROLE ${role}; GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT SELECT, INSERT, UPDATE, DELETE ON ${schema}.shared TO ${role}`);
    const poor = poolOf({ options: `-c role=${role}` });
    const restricted = await postgresStore<string>(poor, { table: `${schema}.shared` }).createTable();
    expect((await restricted.swap("a", null, "value")).swapped).toBe(true);
    expect((await shared.read("a"))?.value).toBe("value");
    const missing = postgresStore(poor, { table: `${schema}.missing` });
    await expect(missing.createTable()).rejects.toThrow(/permission denied/);
    const claim = { id: "a", fingerprint: "a" };
    await expect(restricted.swap("b", null, "value", { claim })).rejects.toThrow(
      /^Cannot use the table .*permission denied for table shared_ledger\. Grant SELECT, .* and on its ledger\. Nothing was written$/,
    );
    expect(await shared.read("b")).toBe(null);
  });

  test("a row that a policy of row security refuses gets a 409, and nothing is written", async () => {
    const store = await postgresStore<string>(pool, { table: `${schema}.secured` }).createTable();
    await pool.query(`ALTER TABLE ${schema}.secured ENABLE ROW LEVEL SECURITY;
      CREATE POLICY own ON ${schema}.secured USING (key LIKE 'own%'); CREATE ROLE ${role}_secured;
      GRANT USAGE ON SCHEMA ${schema} TO ${role}_secured; GRANT ALL ON ${schema}.secured TO ${role}_secured`);
    const options = { fetch_types: false, connection: { role: `${role}_secured` } };
    const sql = postgres(databaseUrl, options);
    for (const client of [poolOf({ options: `-c role=${role}_secured` }), sql]) {
      const secured = resource(postgresStore<string>(client, { table: `${schema}.secured` }), {
        key: keyBelow("/pages"),
      });
      const answer = await secured(request("PUT", {}, '"x"', "/pages/other"));
      expect([answer.status, (await answer.json()).type]).toEqual([409, PROBLEM_TYPES.constraint]);
      expect((await secured(request("PUT", {}, '"x"', "/pages/own"))).status).toBeLessThan(205);
    }
    await sql.end();
    expect(await store.read("other")).toBe(null);
  });

  test.each(["repeatable read", "serializable"])(
    "swap reads a serialization failure as lost, under %s",
    async (level) => {
      const strict = poolOf({
        max: 8,
        options: `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`,
      });
      const racing = postgresStore<string>(strict, { table });
      const { rows } = await strict.query("SHOW default_transaction_isolation");
      expect(Object.values(rows[0])).toEqual([level]);
      let refusals = 0;
      const counting = {
        query: (text: string, values?: unknown[]) =>
          strict.query(text, values).catch((error) => {
            if (error.code === "40001") refusals++;
            throw error;
          }),
      };
      const counted = postgresStore<string>(counting, { table });
      for (let round = 0; round < 30 && refusals === 0; round++) {
        const key = `${level} ${round}`;
        const version = await create(key);
        const swaps = await Promise.all(
          Array.from({ length: 8 }, (_, i) => counted.swap(key, version, `${i}`)),
        );
        expect(swaps.filter(({ swapped }) => swapped)).toHaveLength(1);
        expect((await racing.read(key))?.value).toBe(String(swaps.findIndex(({ swapped }) => swapped)));
      }
      expect(refusals, "no swap was ever refused with 40001").toBeGreaterThan(0);
    },
  );

  test("swap says that the store is busy when it may not wait for a lock", async () => {
    const impatient = postgresStore<string>(poolOf({ options: "-c lock_timeout=50" }), { table });
    const version = await create("locked");
    await whileLocked("locked", () =>
      expect(impatient.swap("locked", version, "second")).rejects.toThrow(StoreBusyError),
    );
    expect((await impatient.swap("locked", version, "second")).swapped).toBe(true);
  });

  test("read tries again while it may not wait for a lock, and says in the end that the store is busy", async () => {
    const impatient = postgresStore<string>(poolOf({ options: "-c lock_timeout=20" }), { table });
    const client = await poolOf().connect();
    await create("table lock");
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    await expect(impatient.read("table lock")).rejects.toThrow(StoreBusyError);
    const read = impatient.read("table lock");
    await client.query("ROLLBACK");
    client.release();
    expect((await read)?.value).toBe("first");
  });

  test("swap throws when its connection is cut, because the outcome is unknown", async () => {
    const version = await create("cut");
    const cut = postgresStore<string>(poolOf({ application_name: `${table}_cut` }), { table });
    await whileLocked("cut", async () => {
      const swap = expect(cut.swap("cut", version, "second")).rejects.toThrow();
      const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`;
      while ((await pool.query(kill, [`${table}_cut`])).rowCount === 0);
      await swap;
    });
    expect((await store.read("cut"))?.value).toBe("first");
  });

  test.each(["pg", "postgres.js"])("swap by %s throws when its answer is lost", async (name) => {
    const proxy = await proxyThatLosesOneAnswer(databaseUrl, 5432);
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${proxy.port}`;
    const sql = postgres(url.href, { max: 1, onnotice() {} });
    const behind = postgresStore<string>(name === "pg" ? poolOf({ connectionString: url.href }) : sql, {
      table,
    });
    const version = await create(`lost answer, ${name}`);
    proxy.loseNext("a lost answer");
    await expect(behind.swap(`lost answer, ${name}`, version, "a lost answer")).rejects.toThrow();
    expect((await store.read(`lost answer, ${name}`))?.value, "it had been done").toBe("a lost answer");
    expect((await behind.read(`lost answer, ${name}`))?.value, "and the client is usable again").toBe(
      "a lost answer",
    );
    await sql.end({ timeout: 0 });
    proxy.close();
  });

  test.each(["pg", "postgres.js"])("read by %s tries again when its answer is lost once", async (name) => {
    const proxy = await proxyThatLosesOneAnswer(databaseUrl, 5432);
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${proxy.port}`;
    const sql = postgres(url.href, { max: 1, onnotice() {} });
    const client = name === "pg" ? poolOf({ connectionString: url.href }) : sql;
    const key = `lost read, ${name}`;
    const version = await create(key);
    const behind = postgresStore<string>(client, { table });
    proxy.loseNext(key);
    expect((await behind.read(key))?.version).toBe(version);
    // Each try is lost, so it is certain that nothing was written.
    proxy.loseAll(key);
    const pages = resource(behind, { key });
    const put = new Request("http://localhost/", {
      method: "PUT",
      body: new Blob(['"x"'], { type: "application/json" }),
    });
    expect((await pages(put)).status).toBe(503);
    expect((await pages(new Request("http://localhost/"))).status).toBe(503);
    await expect(behind.list(key, { limit: 1 })).rejects.toThrow(StoreBusyError);
    proxy.loseAll(undefined);
    expect((await behind.read(key))?.version).toBe(version);
    await sql.end({ timeout: 0 });
    proxy.close();
  });

  test("postgresStore works when postgres.js renames the columns of its answers", async () => {
    const sql = postgres(databaseUrl, { max: 1, onnotice() {}, transform: postgres.camel });
    const camel = postgresStore<string>(sql, { table });
    const swap = await camel.swap("camel", null, "value");
    expect(swap.swapped && swap.current).toEqual(await store.read("camel"));
    expect(await camel.read("camel")).toEqual(await store.read("camel"));
    await sql.end();
  });

  test("swap stops waiting when its signal aborts", async () => {
    const version = await create("aborted");
    await whileLocked("aborted", async () => {
      const signal = AbortSignal.timeout(50);
      await expect(store.swap("aborted", version, "second", { signal })).rejects.toMatchObject({
        name: "TimeoutError",
      });
    });
  });

  test("postgresStore keeps a version's time from going back when the database's clock does", async () => {
    const version = await create("clock");
    await pool.query(`UPDATE ${table} SET last_modified = '2100-01-01' WHERE key = 'clock'`);
    const swap = await store.swap("clock", version, "second");
    expect(swap.swapped && swap.current?.lastModified).toBe(Date.UTC(2100, 0, 1));
  });

  test.each(["LATIN1", "SQL_ASCII"])(
    "createTable refuses a database with the encoding %s, and makes no table in it",
    async (encoding) => {
      const [database, url] = [ownName(), new URL(databaseUrl)];
      url.pathname = database;
      const locale = "LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0";
      await pool.query(`CREATE DATABASE ${database} ENCODING '${encoding}' ${locale}`);
      const own = new Pool({ connectionString: url.href, max: 2 }).on("error", () => {});
      const sql = postgres(url.href, { max: 2, fetch_types: false });
      try {
        for (const client of [own, sql])
          await expect(postgresStore(client).createTable()).rejects.toThrow(
            `Cannot keep every text in a database with the encoding ${encoding}. Use one with UTF8`,
          );
        const { rows } = await own.query("SELECT FROM pg_tables WHERE tablename LIKE 'entity_tag%'");
        expect(rows).toEqual([]);
        if (encoding !== "LATIN1") return;
        // Somebody has made the table by another way.
        await own.query(`CREATE TABLE entity_tag (key text COLLATE "C" PRIMARY KEY, value text NOT NULL, octets bytea,
          version text NOT NULL, last_modified timestamptz NOT NULL, write_id text)`);
        for (const client of [own, sql]) {
          const pages = resource(postgresStore<string>(client), { key: "home" });
          const refused = await pages(request("PUT", {}, '"\u20ac"'));
          expect([refused.status, (await refused.json()).type]).toEqual([422, PROBLEM_TYPES.invalidValue]);
          expect((await pages(request("GET"))).status).toBe(404);
        }
      } finally {
        await Promise.all([own.end(), sql.end()]);
        await pool.query(`DROP DATABASE ${database}`);
      }
    },
  );

  test("a ledger has room for as many entries as it says, though copies at the same time and a crash use up numbers", async () => {
    const name = ownName();
    const ledger = { maxEntries: 60 };
    const open = () => postgresStore<number>(poolOf({ max: 8 }), { table: name, ledger }).createTable();
    const stores = [await open(), await open()];
    try {
      // As POST to a collection: each copy has another key, so the lock of a row does not hold back any of them.
      for (let id = 0; id < 40; id++) {
        const claim = { id: `copied ${id}`, fingerprint: "f" };
        const copies = Array.from({ length: 8 }, (_, copy) =>
          stores[copy % 2]!.swap(`${id}-${copy}`, null, 1, { claim }),
        );
        const won = (await Promise.all(copies)).filter(({ swapped }) => swapped);
        expect(won).toHaveLength(1);
      }
      const { rows } = await pool.query(`SELECT max(seq) - min(seq) + 1 AS span FROM ${name}_ledger`);
      expect(Number(rows[0].span), "the copies used up numbers").toBeGreaterThan(40);
      await pool.query(
        `SELECT nextval(pg_get_serial_sequence('${name}_ledger', 'seq')) FROM generate_series(1, 32)`,
      );
      const add = (store: (typeof stores)[0], id: number) =>
        store.swap(`new ${id}`, null, 1, { claim: { id: `new ${id}`, fingerprint: "f" } });
      for (let id = 0; id < 20; id++) expect((await add(stores[id % 2]!, id)).swapped).toBe(true);
      await expect(add(stores[0]!, 20)).rejects.toThrow(StoreBusyError);
      await expect(add(stores[1]!, 20)).rejects.toThrow(StoreBusyError);
      // The oldest entries expire, and some numbers that were used up with them.
      await pool.query(
        `UPDATE ${name}_ledger SET expires = now() WHERE seq IN (SELECT seq FROM ${name}_ledger ORDER BY seq LIMIT 5)`,
      );
      for (let id = 20; id < 25; id++) {
        const added = async () => (await add(stores[0]!, id).catch(() => undefined))?.swapped;
        await vi.waitUntil(added, { timeout: 10_000, interval: 200 });
      }
      // Another process has no older count.
      await expect(add(await open(), 25)).rejects.toThrow(StoreBusyError);
      const { rows: counted } = await pool.query(`SELECT count(*) FROM ${name}_ledger WHERE expires > now()`);
      expect(Number(counted[0].count)).toBe(60);
    } finally {
      await pool.query(`DROP TABLE ${name}, ${name}_ledger`);
    }
  });

  test("createTable refuses a client that reads bytes wrongly", async () => {
    const [name, message] = [
      ownName(),
      /^Cannot read bytes by this client of PostgreSQL\. Set bytea_output to hex/,
    ];
    const escaping = { bytea_output: "escape" };
    const sql = postgres(databaseUrl, { fetch_types: false, connection: escaping });
    const types = { getTypeParser: () => (text: string) => text };
    const ownParsers = poolOf({ types } as PoolConfig);
    for (const client of [sql, ownParsers])
      await expect(postgresStore(client, { table: name }).createTable()).rejects.toThrow(message);
    // pg reads both formats.
    const store = postgresStore<string>(poolOf({ options: "-c bytea_output=escape" }), { table: name });
    await store.createTable();
    const octets = new TextEncoder().encode(' "\\u0041" ');
    await store.swap("a", null, "A", { octets });
    expect((await store.read("a"))?.octets).toEqual(octets);
    await pool.query(`DROP TABLE ${name}, ${name}_ledger`);
    await sql.end();
  });

  test("a ledger has no more entries than it says, also when used-up numbers are removed after a count", async () => {
    const name = ownName();
    const store = await postgresStore<number>(pool, {
      table: name,
      ledger: { maxEntries: 10 },
    }).createTable();
    const add = (id: number) =>
      store
        .swap(`new ${id}`, null, 1, { claim: { id: `new ${id}`, fingerprint: "f" } })
        .catch(() => undefined);
    try {
      await add(0);
      await pool.query(
        `SELECT nextval(pg_get_serial_sequence('${name}_ledger', 'seq')) FROM generate_series(1, 50)`,
      );
      // The third one finds the ledger full, so it counts.
      for (const id of [1, 2]) expect((await add(id))?.swapped).toBe(true);
      await pool.query(`UPDATE ${name}_ledger SET expires = now() WHERE id = 'new 0'`);
      for (let id = 3; id < 30; id++) await add(id);
      const { rows } = await pool.query(`SELECT count(*) FROM ${name}_ledger WHERE expires > now()`);
      expect(Number(rows[0].count)).toBe(10);
    } finally {
      await pool.query(`DROP TABLE ${name}, ${name}_ledger`);
    }
  });

  test("a keyed write succeeds after a copy of the tables whose sequence is behind the entries", async () => {
    const name = ownName();
    const copy = await postgresStore<number>(pool, { table: name }).createTable();
    const add = (id: string) => copy.swap(id, null, 1, { claim: { id, fingerprint: "f" } });
    try {
      for (let id = 0; id < 50; id++) await add(`old ${id}`);
      // Logical replication leaves the sequence of the copy at its start.
      await pool.query(`SELECT setval(pg_get_serial_sequence('${name}_ledger', 'seq'), 1)`);
      const pages = resource(copy, { key: keyBelow("/") });
      const put = (path: string) => pages(request("PUT", { "Idempotency-Key": path.slice(1) }, 1, path));
      const answers = await Promise.all(["/a", "/b", "/c"].map(put));
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect((await put("/a")).headers.get("ETag")).toBe(answers[0]!.headers.get("ETag"));
      const { rows } = await pool.query(`SELECT max(seq) AS last FROM ${name}_ledger`);
      expect(Number(rows[0].last)).toBeGreaterThan(52);
    } finally {
      await pool.query(`DROP TABLE ${name}, ${name}_ledger`);
    }
  });

  test("createTable names the columns that a table lacks, and the statements that add them work", async () => {
    const name = `${schema}.old`;
    await pool.query(`CREATE TABLE ${name} (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
      INSERT INTO ${name} VALUES ('a', '"first"'), ('b', '"second"')`);
    const old = postgresStore<string>(pool, { table: name });
    await expect(old.read("a")).rejects.toThrow(/"old".*createTable/);
    const error = await old.createTable().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TypeError);
    const { message } = error as TypeError;
    expect(message).toContain("it has no column octets, version, last_modified, write_id. Run: ");
    await pool.query(message.split("Run: ")[1]!);
    await old.createTable();
    const [a, b] = [(await old.read("a"))!, (await old.read("b"))!];
    expect([a.value, b.value, a.version === b.version]).toEqual(["first", "second", false]);
    expect((await old.swap("a", a.version, "third")).swapped).toBe(true);
  });

  test("createTable refuses a table for bytes where the store keeps text, and keys in another order", async () => {
    await postgresStore(pool, { table: `${schema}.binary`, ...bytes }).createTable();
    const text = postgresStore(pool, { table: `${schema}.binary` });
    await expect(text.createTable()).rejects.toThrow(/its column value is bytea, not text/);
    await pool.query(`CREATE TABLE ${schema}.sorted (LIKE ${schema}.pages INCLUDING ALL);
      ALTER TABLE ${schema}.sorted ALTER COLUMN key TYPE text COLLATE "en-x-icu"`);
    const sorted = postgresStore(pool, { table: `${schema}.sorted` });
    await expect(sorted.createTable()).rejects.toThrow(/its column key is text COLLATE "en-x-icu", not text/);
  });

  test.each(["pg", "postgres.js"])(
    "postgresStore on %s plans a statement once for each connection",
    async (name) => {
      const sql = postgres(databaseUrl, { max: 1, onnotice() {} });
      const one = poolOf({ max: 1 });
      const planned = postgresStore<string>(name === "pg" ? one : sql, { table });
      const run = async (text: string): Promise<unknown[]> =>
        name === "pg" ? (await one.query(text)).rows : sql.unsafe(text);
      const key = `planned by ${name}`;
      let version = await create(key);
      for (let i = 0; i < 3; i++) {
        expect((await planned.read(key))?.version).toBe(version);
        const swap = await planned.swap(key, version, `${i}`);
        version = swap.swapped ? swap.current!.version : expect.fail("The swap was lost");
      }
      const uses = "generic_plans + custom_plans AS uses";
      const statements = await run(
        `SELECT ${uses} FROM pg_prepared_statements WHERE statement LIKE '%${table}%'`,
      );
      expect(statements.map((row) => Number((row as { uses: string }).uses)).sort()).toEqual([3, 3]);
      await sql.end();
    },
  );

  // PgBouncer gives each transaction another connection of the server, so names that were prepared are unknown.
  test.each(["pg", "postgres.js"])(
    "postgresStore on %s goes on without names where a pooler loses them",
    async (name) => {
      const sql = postgres(databaseUrl, { max: 1, onnotice() {} });
      const one = poolOf({ max: 1 });
      const pooled = postgresStore<string>(name === "pg" ? one : sql, { table });
      const run = async (text: string) => (name === "pg" ? one.query(text) : sql.unsafe(text));
      const key = `pooled by ${name}`;
      const version = await create(key);
      expect((await pooled.read(key))?.version).toBe(version);
      await run("DEALLOCATE ALL");
      expect((await pooled.read(key))?.version).toBe(version);
      const swap = await pooled.swap(key, version, "second");
      expect(swap.swapped).toBe(true);
      await run("DEALLOCATE ALL");
      expect((await pooled.read(key))?.value).toBe("second");
      await sql.end();
    },
  );

  test("postgresStore works when another process has prepared the same name on the connection of a pooler", async () => {
    const [first, second] = [poolOf({ max: 1 }), poolOf({ max: 1 })];
    const version = await create("shared name");
    await postgresStore<string>(first, { table }).read("shared name");
    const { rows } = await first.query("SELECT name FROM pg_prepared_statements");
    await second.query(`PREPARE "${rows[0].name}" AS SELECT 1`);
    const other = postgresStore<string>(second, { table });
    expect((await other.read("shared name"))?.version).toBe(version);
  });

  test("postgresStore without its table names the table that is missing, and the call that makes it", async () => {
    const missing = postgresStore<string>(pool, { table: `${table}_missing` });
    await expect(missing.read("a")).rejects.toThrow(/_missing.*createTable/);
    await expect(missing.swap("a", null, "value")).rejects.toThrow(/_missing.*createTable/);
  });
});

test("postgresStore refuses an invalid client and an invalid table name", () => {
  for (const client of [null, undefined, "postgres://", {}, { query: 1 }]) {
    expect(() => postgresStore(client as never), String(client)).toThrow(TypeError);
  }
  const binary = { binary: true } as object;
  for (const client of [new Pool(binary), new Client(binary)])
    expect(() => postgresStore(client)).toThrow("Cannot use a client of pg with binary: true");
  const client = { query: async () => ({ rows: [] }) };
  for (const name of [
    "",
    "a b",
    'a"b',
    "1a",
    "a.b.c",
    "a;--",
    "x".repeat(57),
    `app.${"x".repeat(57)}`,
    "pages'",
  ]) {
    expect(() => postgresStore(client, { table: name }), name).toThrow(TypeError);
  }
});
