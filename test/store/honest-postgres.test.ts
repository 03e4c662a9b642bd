import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { PGlite } from "@electric-sql/pglite";
import { mutate, resource, StoreBusyError } from "@entity-tag/store";
import { postgresStore } from "@entity-tag/store/postgres";
import { Client, Pool, type PoolConfig } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { CANCEL_MS } from "../../packages/store/src/contract/time-limits.ts";
import { freePort } from "../free-port.ts";
import { ownName } from "./contract/drivers.ts";
import { request } from "./mutate/requests.ts";
import { databaseUrl } from "./race/addresses.ts";
import { reachable } from "./race/databases.ts";
import { canStartPostgres, ownPostgres } from "./race/own-postgres.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The limit in the README, two seconds for a connection and two for a lock, and as much again for a busy machine. */
const WAIT_TIMEOUT_MS = 8_000;

const put = (content: unknown, headers = {}) => request("PUT", headers, JSON.stringify(content));

interface Opened {
  client: Parameters<typeof postgresStore>[0];
  end(): Promise<void>;
}

const clients: [name: string, open: (url: string, options?: string) => Opened][] = [
  [
    "pg",
    (connectionString, options) => {
      const config: PoolConfig = { connectionString, max: 4, ...(options && { options: `-c ${options}` }) };
      const pool = new Pool(config).on("error", () => {});
      return { client: pool, end: () => pool.end() };
    },
  ],
  [
    "postgres.js",
    (url, options) => {
      const [name = "", value = ""] = options?.split("=") ?? [];
      const sql = postgres(url, { max: 4, fetch_types: false, connection: options ? { [name]: value } : {} });
      // Without a time-out, it waits for ever for a connection that the server ended (postgres.js 3.4.9).
      return { client: sql, end: () => sql.end({ timeout: 1 }) };
    },
  ],
];

/** A network that can swallow everything that is sent through it, like a firewall that has forgotten a connection. */
async function silentNetwork(url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port || 5432), hostname);
    let isLost = false;
    const pass = (from: Socket, to: Socket) => {
      sockets.add(from);
      from.on("error", () => {}).on("close", () => to.destroy());
      from.on("data", (bytes) => {
        isLost ||= network.isSilent;
        if (!isLost) to.write(bytes);
      });
    };
    pass(client, upstream);
    pass(upstream, client);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const own = new URL(url);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const network = {
    isSilent: false,
    url: own.href,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return network;
}

const table = ownName();

describe.skipIf(!(await reachable("postgres"))).each(clients)("PostgreSQL by %s", (name, open) => {
  const own = open(databaseUrl);
  const admin = new Pool({ connectionString: databaseUrl, max: 2 }).on("error", () => {});
  const store = postgresStore<unknown>(own.client, { table });
  const pages = resource(store, { key: (each) => new URL(each.url).pathname.slice(7) });
  beforeAll(async () => {
    await store.createTable();
  });
  afterAll(async () => {
    await own.end();
    if (name === "postgres.js") await admin.query(`DROP TABLE IF EXISTS ${table}, ${table}_ledger`);
    await admin.end();
  });

  /** A connection that is closed after the test, and with it a lock that a failed test still holds. */
  async function connected() {
    const client = await admin.connect();
    onTestFinished(() => client.release(true));
    return client;
  }

  async function create(path: string): Promise<void> {
    const answer = await pages(request("PUT", {}, '"first"', path));
    expect([201, 204]).toContain(answer.status);
  }

  /** A store whose table refuses each new row with this SQLSTATE. */
  async function failingWith(state: string) {
    const [name, raise] = [ownName(), ownName()];
    const { client, end } = open(databaseUrl);
    const failing = await postgresStore<unknown>(client, { table: name }).createTable();
    await admin.query(`CREATE FUNCTION ${raise}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE 'no' USING ERRCODE = '${state}'; END $$;
      CREATE TRIGGER t AFTER INSERT ON ${name} FOR EACH ROW EXECUTE FUNCTION ${raise}()`);
    async function close() {
      await end();
      await admin.query(`DROP TABLE ${name}, ${name}_ledger; DROP FUNCTION ${raise}`);
    }
    return { failing, close };
  }

  test("a read and a write get a 503 when no server runs, each in its own words", async () => {
    const { client, end } = open(`postgres://postgres@127.0.0.1:${await freePort()}/test`);
    const absent = resource(postgresStore<unknown>(client), { key: "home" });
    const start = performance.now();
    const [read, write] = await Promise.all([absent(request("GET")), absent(put("Hello"))]);
    expect(performance.now() - start).toBeLessThan(WAIT_TIMEOUT_MS);
    for (const answer of [read, write]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get("Retry-After")).not.toBeNull();
    }
    expect((await read.json()).detail).not.toMatch(/writers|changed/);
    await end();
  });

  test.each([["default_transaction_read_only=on"], ["statement_timeout=1"]])(
    "a write in a session with %s gets a 503, and nothing is written",
    async (setting) => {
      const path = `/pages/${name}-${setting.length}`;
      const { client, end } = open(databaseUrl, setting);
      const big = JSON.stringify("x".repeat(4_000_000));
      const strict = resource(postgresStore<unknown>(client, { table }), { key: path, maxBytes: 5_000_000 });
      for (const headers of [{}, { "Idempotency-Key": path }]) {
        expect((await strict(request("PUT", headers, big))).status).toBe(503);
      }
      expect(await store.read(path)).toBeNull();
      await end();
    },
  );

  test.each([
    ["a table", "", [503, 503, 503]],
    ["a ledger", "_ledger", [200, 204, 503]],
  ])(
    "a read of %s that is locked as a whole gets a 503 within its time limit",
    async (_, suffix, expected) => {
      const { client, end } = open(databaseUrl);
      const reading = resource(postgresStore<unknown>(client, { table }), { key: "home" });
      await reading(put("before"));
      const holder = await connected();
      await holder.query(`BEGIN; LOCK TABLE ${table}${suffix} IN ACCESS EXCLUSIVE MODE`);
      const start = performance.now();
      const keyed = put("a", { "Idempotency-Key": `locked-${name}` });
      let readTook = 0;
      const read = reading(request("GET")).finally(() => {
        readTook = performance.now() - start;
      });
      const answers = await Promise.all([read, reading(put("a")), reading(keyed)]);
      expect(answers.map(({ status }) => status)).toEqual(expected);
      // The read ends before the statement would be cancelled.
      expect(readTook).toBeLessThan(CANCEL_MS);
      expect(performance.now() - start).toBeLessThan(WAIT_TIMEOUT_MS);
      await holder.query("ROLLBACK");
      expect((await reading(request("GET"))).status).not.toBe(503);
      await end();
    },
  );

  test("a write to a table that is locked as a whole is cancelled, is 503, and is not made later", async () => {
    const { client, end } = open(databaseUrl);
    const single = new Client({ connectionString: databaseUrl }).on("error", () => {});
    await single.connect();
    const holder = await connected();
    // As CREATE INDEX does.
    await holder.query(`BEGIN; LOCK TABLE ${table} IN SHARE MODE`);
    const start = performance.now();
    const stores = [client, ...(name === "pg" ? [single] : [])].map((each) =>
      postgresStore<unknown>(each, { table }),
    );
    await Promise.all(
      stores.flatMap((each, i) => [
        expect(each.swap(`shared-${i}`, null, 1)).rejects.toThrow(StoreBusyError),
        // All four connections wait, so a fifth statement cannot be sent.
        ...Array.from({ length: 5 }, async (_, j) => {
          const keyed = put("a", { "Idempotency-Key": `shared-${name}-${i}-${j}` });
          expect((await resource(each, { key: `shared-${i}-${j}` })(keyed)).status).toBe(503);
        }),
      ]),
    );
    expect(performance.now() - start).toBeLessThan(10_000);
    await holder.query("ROLLBACK");
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await store.list("shared-", { limit: 9 })).toEqual([]);
    expect((await stores[0]!.swap(`shared-${name}`, null, 1)).swapped).toBe(true);
    expect((await admin.query(`DELETE FROM ${table} WHERE key LIKE 'shared-%'`)).rowCount).toBe(1);
    await Promise.all([end(), single.end()]);
  });

  test("a locked row delays no other row, and its writers are answered within their time limit", async () => {
    const [locked, free] = [`/pages/locked-by-${name}`, `/pages/free-of-${name}`];
    await create(locked);
    const holder = await connected();
    await holder.query("BEGIN");
    await holder.query(`SELECT FROM ${table} WHERE key = $1 FOR UPDATE`, [locked.slice(7)]);
    const start = performance.now();
    const leaving = new AbortController();
    const abandoned = Array.from({ length: 10 }, () =>
      pages(
        new Request(put("abandoned").url.replace("/pages/home", locked), {
          method: "PUT",
          body: '"abandoned"',
          signal: leaving.signal,
        }),
      ),
    );
    const waiting = Array.from({ length: 10 }, () => pages(request("PUT", {}, '"waiting"', locked)));
    setTimeout(() => leaving.abort(new Error("The client has gone")), 100);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await pages(request("PUT", {}, '"second"', free))).status).toBe(201);
    expect(performance.now() - start).toBeLessThan(1_800);
    for (const answer of await Promise.all(waiting)) expect(answer.status).toBe(503);
    await Promise.allSettled(abandoned);
    expect(performance.now() - start).toBeLessThan(WAIT_TIMEOUT_MS);
    // The connections are free again, and writes that were given up are not made later.
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    await holder.query("ROLLBACK");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect((await store.read(locked.slice(7)))?.value).toBe("first");
    expect((await pages(request("PUT", {}, '"third"', locked))).status).toBe(204);
  });

  test.each([
    ["no such database", "postgres", "no_such_database"],
    ["no such role", "no_such_role", "test"],
  ])("a write to a server that has %s gets a 503, because nothing was sent", async (_, role, database) => {
    const url = new URL(databaseUrl);
    [url.username, url.pathname] = [role, database];
    const { client, end } = open(url.href);
    const absent = resource(postgresStore<unknown>(client), { key: "home" });
    expect((await absent(request("GET"))).status).toBe(503);
    expect((await absent(put("Hello"))).status).toBe(503);
    await end();
  });

  test("a write that leaves a user's NOT NULL column empty gets a 409, also with a key, and is not tried again", async () => {
    const strict = ownName();
    const { client, end } = open(databaseUrl);
    const own = postgresStore<unknown>(client, { table: strict });
    await own.createTable();
    await admin.query(`ALTER TABLE ${strict} ADD COLUMN owner text NOT NULL`);
    const notes = resource(own, { key: "home" });
    for (const headers of [{}, { "Idempotency-Key": "k" }])
      expect((await notes(put("Hello", headers))).status).toBe(409);
    await end();
    await admin.query(`DROP TABLE ${strict}, ${strict}_ledger`);
  });

  test("a ledger whose entries have all expired has room for the first new key", async () => {
    const small = ownName();
    const { client, end } = open(databaseUrl);
    const own = postgresStore<unknown>(client, { table: small, ledger: { maxEntries: 3 } });
    const notes = resource(await own.createTable(), { key: "home" });
    const keyed = async (key: string) => (await notes(put("Hello", { "Idempotency-Key": key }))).status;
    expect([await keyed("a"), await keyed("b"), await keyed("c"), await keyed("d")]).toEqual([
      201, 204, 204, 503,
    ]);
    await admin.query(`UPDATE ${small}_ledger SET expires = now() - interval '1 second'`);
    expect(await keyed("e")).toBe(204);
    await end();
    await admin.query(`DROP TABLE ${small}, ${small}_ledger`);
  });

  test.each([
    ["53100", 507],
    ["53200", 503],
    ["XX000", 503],
    ["58030", 503],
    ["P0002", 409],
    ["44000", 409],
  ])("an error %s of a statement that was rolled back is %d", async (state, status) => {
    const { failing, close } = await failingWith(state);
    for (const headers of [{}, { "Idempotency-Key": "k" }])
      expect((await resource(failing, { key: "home" })(put("Hello", headers))).status).toBe(status);
    expect(await failing.read("home")).toBeNull();
    await close();
  });

  test("an error 40003 leaves the outcome of a write unknown", async () => {
    const { failing, close } = await failingWith("40003");
    await expect(failing.swap("home", null, "Hello")).rejects.toThrow(/^no$/);
    await close();
  });

  test("a write of a role that has no connection left gets a 503, because nothing was sent", async () => {
    const [role, url] = [ownName(), new URL(databaseUrl)];
    await admin.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 0`);
    url.username = role;
    const { client, end } = open(url.href);
    const crowded = resource(postgresStore<unknown>(client), { key: "home" });
    expect((await crowded(request("GET"))).status).toBe(503);
    expect((await crowded(put("Hello"))).status).toBe(503);
    await end();
    await admin.query(`DROP ROLE ${role}`);
  });

  test("a session that the administrator ends leaves the outcome of its write unknown", async () => {
    const [application, key] = [ownName(), `ended-${name}`];
    const { client, end } = open(databaseUrl, `application_name=${application}`);
    const ending = postgresStore<unknown>(client, { table });
    await ending.swap(key, null, "first");
    const { version } = (await ending.read(key))!;
    await admin.query(`CREATE FUNCTION ${application}() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_sleep(50); RETURN NEW; END $$;
      CREATE TRIGGER slow BEFORE UPDATE ON ${table} FOR EACH ROW WHEN (NEW.key = '${key}') EXECUTE FUNCTION ${application}()`);
    const swap = ending.swap(key, version, "second").catch((error) => error);
    const asleep = "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event = 'PgSleep'";
    const isAsleep = async () => expect((await admin.query(asleep, [application])).rowCount).toBe(1);
    await vi.waitFor(isAsleep, { timeout: 9_000 });
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [
      application,
    ]);
    expect((await swap).code).toMatch(/^(57P01|CONNECTION_CLOSED)$/);
    expect((await ending.read(key))?.value).toBe("first");
    await admin.query(`DROP FUNCTION ${application} CASCADE`);
    await end();
  });

  test("an error of the table that only its owner can repair is thrown, and says that nothing was written", async () => {
    const mistyped = ownName();
    const { client, end } = open(databaseUrl);
    const own = await postgresStore<unknown>(client, { table: mistyped }).createTable();
    await admin.query(`ALTER TABLE ${mistyped} ALTER COLUMN version TYPE integer USING 1`);
    await expect(own.swap("home", null, "Hello")).rejects.toThrow(
      /^Cannot use the table .*\. Nothing was written$/,
    );
    await end();
    await admin.query(`DROP TABLE ${mistyped}, ${mistyped}_ledger`);
  });

  test("a value that is too long for a user's index gets a 413", async () => {
    const indexed = ownName();
    const { client, end } = open(databaseUrl);
    const own = postgresStore<unknown>(client, { table: indexed });
    await own.createTable();
    await admin.query(`CREATE INDEX ON ${indexed} (value)`);
    const long = Array.from({ length: 2_000 }, () => crypto.randomUUID());
    expect((await resource(own, { key: "home" })(put(long))).status).toBe(413);
    await end();
    await admin.query(`DROP TABLE ${indexed}, ${indexed}_ledger`);
  });

  if (name === "postgres.js")
    test("postgresStore warns once about a client that fetches types", () => {
      const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
      // Nothing connects, so nothing has to be closed.
      postgresStore(postgres(databaseUrl, { fetch_types: false }));
      expect(warn).not.toHaveBeenCalled();
      const careless = postgres(databaseUrl);
      for (const table of ["one", "two"]) postgresStore(careless, { table });
      expect(warn.mock.calls).toEqual([[expect.stringContaining("fetch_types: false")]]);
      warn.mockRestore();
    });

  if (name === "pg")
    test("a write on a single client that is busy with another query gets a 503 within its time limit, and is not made later", async () => {
      const single = new Client({ connectionString: databaseUrl }).on("error", () => {});
      await single.connect();
      const one = postgresStore<unknown>(single, { table });
      const alone = resource(one, { key: "single" });
      const long = single.query("SELECT pg_sleep(8)");
      const start = performance.now();
      const swap = one.swap("single", null, "late").catch((error) => error.name);
      const asked = [request("GET"), put("a"), put("b", { "Idempotency-Key": "single" })];
      const answers = await Promise.all(asked.map((each) => alone(each)));
      expect([await swap, ...answers.map(({ status }) => status)]).toEqual(["StoreBusyError", 503, 503, 503]);
      expect(performance.now() - start).toBeLessThan(6_500);
      await long;
      expect((await alone(request("GET"))).status).toBe(404);
      expect((await alone(put("c"))).status).toBe(201);
      await single.end();
      expect((await alone(request("GET"))).status).toBe(503);
      expect((await alone(put("d"))).status).toBe(503);
    });

  if (name === "pg")
    test("a connection that no longer answers is replaced", async () => {
      const network = await silentNetwork(databaseUrl);
      const pool = new Pool({ connectionString: network.url, max: 1 }).on("error", () => {});
      const behind = postgresStore<unknown>(pool, { table });
      await behind.swap("silent", null, "first");
      network.isSilent = true;
      await expect(behind.swap("silent, too", null, "lost")).rejects.toThrow("has not answered");
      network.isSilent = false;
      expect((await behind.read("silent"))?.value).toBe("first");
      await pool.end();
      network.close();
    });

  test("a row whose value cannot be read does not hide the others, and a PUT repairs it", async () => {
    const prefix = `${name}-rows-`;
    for (const key of ["a", "b", "c"]) await store.swap(prefix + key, null, { key });
    await admin.query(`UPDATE ${table} SET value = 'not JSON' WHERE key = $1`, [`${prefix}b`]);
    const members = await store.list(prefix, { limit: 9 });
    expect(await store.list(prefix, { limit: Number.MAX_SAFE_INTEGER })).toEqual(members);
    expect(members.map(({ unreadable = false, value }) => [unreadable, value])).toEqual([
      [false, { key: "a" }],
      [true, undefined],
      [false, { key: "c" }],
    ]);
    const validated = resource(store, { key: `${prefix}b`, validate: () => true });
    const tag = `"${members[1]!.version}"`;
    expect((await validated(put({ key: "b" }, { "If-Match": tag }))).status).toBe(204);
    expect((await store.read(`${prefix}b`))?.value).toEqual({ key: "b" });
    await admin.query(`UPDATE ${table} SET value = 'not JSON' WHERE key = $1`, [`${prefix}b`]);
    await admin.query(`UPDATE ${table} SET last_modified = 'infinity' WHERE key = $1`, [`${prefix}c`]);
    const c = resource(store, { key: `${prefix}c` });
    expect((await c(request("GET"))).status).toBe(200);
    expect((await c(put("c", { "Idempotency-Key": prefix }))).status).toBe(204);
    const changed = await mutate(
      request("POST"),
      store,
      `${prefix}b`,
      (current) => current ?? { key: "new" },
    );
    // A patch makes the next value from the current one, which cannot be read.
    expect(changed.status).toBe(409);
  });
});

describe.skipIf(!canStartPostgres())("PostgreSQL that is not open to clients yet", () => {
  test.each(clients)("an error 57P03 of %s gets a 503, and nothing is written", async (_, open) => {
    const server = await ownPostgres();
    onTestFinished(() => server.close());
    const { client, end } = open(server.url);
    const before = await postgresStore<unknown>(client).createTable();
    const pages = resource(before, { key: "home" });
    server.becomeClosedStandby();
    const admin = new Client({ connectionString: server.url });
    await expect(admin.connect()).rejects.toMatchObject({ code: "57P03" });
    const fresh = open(server.url);
    // The first store has idle connections that the server has closed, the other has none.
    for (const store of [before, postgresStore<unknown>(fresh.client)]) {
      for (const asked of [request("GET"), put("Hello"), put("Hello", { "Idempotency-Key": "k" })]) {
        const answer = await resource(store, { key: "home" })(asked);
        expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
      }
      for (const options of [{}, { claim: { id: "k", fingerprint: "f" } }])
        await expect(store.swap("home", null, "Hello", options)).rejects.toThrow(StoreBusyError);
    }
    server.promote();
    expect((await pages(request("GET"))).status).toBe(404);
    expect((await pages(put("Hello", { "Idempotency-Key": "k" }))).status).toBe(201);
    await Promise.all([end(), fresh.end()]);
  });
});

test("a write on a PGlite that is busy with another transaction gets a 503 within its time limit, and is not made later", async () => {
  // On a busy machine it starts in more time than a statement may take.
  const lite = await PGlite.create();
  const own = await postgresStore<unknown>(lite).createTable();
  const pages = resource(own, { key: "home" });
  const start = performance.now();
  const long = lite.transaction(() => new Promise((resolve) => setTimeout(resolve, 8_000)));
  const swap = own.swap("home", null, "late").catch((error) => error.name);
  const answers = await Promise.all([request("GET"), put("a")].map((each) => pages(each)));
  expect([await swap, ...answers.map(({ status }) => status)]).toEqual(["StoreBusyError", 503, 503]);
  expect(performance.now() - start).toBeLessThan(6_500);
  await long;
  expect((await pages(request("GET"))).status).toBe(404);
  expect((await pages(put("b"))).status).toBe(201);
  await lite.close();
});
