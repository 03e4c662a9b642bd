import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { keyBelow, mutate, resource } from "@entity-tag/store";
import { drizzle } from "drizzle-orm/node-postgres";
import knex, { type Knex } from "knex";
import { Pool, type PoolClient } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { databaseUrl } from "../race/addresses.ts";
import { reachable, withPostgres } from "../race/databases.ts";
import { readBlocks } from "./blocks.ts";
import { drizzlePages } from "./page/drizzle.ts";
import { knexPages } from "./page/knex.ts";
import { pgPages } from "./page/pg.ts";
import { putPage } from "./page/pg-one-trip.ts";
import { mergePages } from "./page/pg-transaction.ts";
import { versionedPages } from "./page/versioned-pages.ts";
import { type Page, type Pages, writePage } from "./page/write-page.ts";

const blocks = readBlocks("docs/atomic-writes.md");

describe("docs/atomic-writes.md", () => {
  test("shows eight files that are run", () => {
    const titles = blocks.map(({ title }) => title);
    expect(titles).toEqual([
      "write-page.ts",
      "versioned-pages.ts",
      "pages.sql",
      "pg.ts",
      "pg-one-trip.ts",
      "pg-transaction.ts",
      "drizzle.ts",
      "knex.ts",
    ]);
  });

  // `vitest -u` writes them again from the page.
  test.each(blocks)("$title runs exactly as the page shows it", async ({ title, code }) => {
    await expect(code).toMatchFileSnapshot(`./page/${title}`);
  });
});

const schema = `own_sql_${randomUUID().replaceAll("-", "")}`;
const connection = {
  connectionString: databaseUrl,
  application_name: schema,
  options: `-c search_path=${schema}`,
};
const pool = new Pool(connection);
const knexed: Knex = knex({ client: "pg", connection });

/** A WHERE without the version, to show that the race catches it. */
const careless: Pages = {
  read: pgPages(pool).read,
  async write(id, _, next) {
    const update = "UPDATE pages SET text = $2, version = $3 WHERE id = $1";
    return (await pool.query(update, [id, next?.text, next?.version])).rowCount === 1;
  },
};

type Write = (request: Request, id: string) => Promise<Response>;
const writers: [name: string, write: Write][] = [
  ["pg", (request, id) => writePage(request, pgPages(pool), id)],
  [
    "pg in one round trip",
    (request, id) =>
      request.method === "PUT" ? putPage(request, pool, id) : writePage(request, pgPages(pool), id),
  ],
  ["drizzle", (request, id) => writePage(request, drizzlePages(drizzle(pool)), id)],
  ["knex", (request, id) => writePage(request, knexPages(knexed), id)],
  [
    "mutate",
    async (request, id) => {
      const text = await request.text();
      const change = () => (request.method === "DELETE" ? null : { text });
      const options = {
        require: true,
        body: text,
        represent: (page: { text: string }) => Response.json(page),
      };
      return mutate(request, versionedPages(pgPages(pool)), id, change, options);
    },
  ],
];

describe.skipIf(!(await reachable("postgres")))("own SQL", () => {
  beforeAll(() =>
    withPostgres(async (client) => {
      await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
      await client.query(blocks.find(({ title }) => title === "pages.sql")!.code);
    }),
  );
  afterAll(async () => {
    await pool.end();
    await knexed.destroy();
    await withPostgres((client) => client.query(`DROP SCHEMA ${schema} CASCADE`));
  });

  describe.each(writers)("%s", (_, write) => {
    test("of two creates, one is answered 201 and one 412", async () => {
      const id = randomUUID();
      const create = (text: string) => write(put(text, { "If-None-Match": "*" }), id);
      const answers = await meeting(hold("insert", id), [() => create("mine"), () => create("yours")]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 412]);
      expect(await stored(id)).toEqual(await written(answers));
    });

    test("of two writers whose conditions both held, one is answered 200 and one 412 with the winner's tag", async () => {
      const { id, tag } = await page();
      const replace = (text: string) => write(put(text, { "If-Match": tag }), id);
      const answers = await meeting(hold("lock", id), [() => replace("mine"), () => replace("yours")]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
      expect(answers[0]!.headers.get("ETag")).toBe(answers[1]!.headers.get("ETag"));
      expect(await stored(id)).toEqual(await written(answers));
    });

    test("of two writers with `If-Match: *`, both are answered 200, one on top of the other", async () => {
      const { id } = await page();
      const replace = (text: string) => write(put(text, { "If-Match": "*" }), id);
      const answers = await meeting(hold("lock", id), [() => replace("mine"), () => replace("yours")]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const tags = answers.map((answer) => answer.headers.get("ETag"));
      expect(new Set(tags).size).toBe(2);
      expect(tags).toContain((await stored(id))!.tag);
    });

    test("of a delete and a write with the same tag, one is answered 2xx and one 412", async () => {
      const { id, tag } = await page();
      const headers = { "If-Match": tag };
      const remove = () => write(new Request("http://test/", { method: "DELETE", headers }), id);
      const answers = await meeting(hold("lock", id), [remove, () => write(put("mine", headers), id)]);
      expect(answers.map(({ ok }) => ok).toSorted()).toEqual([false, true]);
      expect(answers.find(({ ok }) => !ok)!.status).toBe(412);
      expect(await stored(id)).toEqual(answers[0]!.ok ? null : await written(answers));
    });

    test("a tag from before a delete does not match a page that was created since", async () => {
      const { id, tag } = await page();
      await write(new Request("http://test/", { method: "DELETE", headers: { "If-Match": "*" } }), id);
      expect((await write(put("again", { "If-None-Match": "*" }), id)).status).toBe(201);
      expect((await write(put("late", { "If-Match": tag }), id)).status).toBe(412);
    });

    test.each([
      ["a list", (tag: string) => `"other", ${tag}`, 200],
      ["a weak tag", (tag: string) => `W/${tag}`, 412],
      ["an empty list", () => ", ,", 412],
      ["an unreadable field", (tag: string) => `${tag} x`, 412],
      ["a tag that is not a version", () => `"';--"`, 412],
    ])("If-Match with %s", async (_, field, status) => {
      const { id, tag } = await page();
      expect((await write(put("new", { "If-Match": field(tag) }), id)).status).toBe(status);
      expect((await stored(id))!.text).toBe(status === 200 ? "new" : "old");
    });

    test("a write without a condition is answered 428", async () => {
      const { id } = await page();
      expect((await write(put("new", {}), id)).status).toBe(428);
    });

    test("If-Match on an absent page is answered 412, and creates nothing", async () => {
      const id = randomUUID();
      expect((await write(put("new", { "If-Match": '"a"' }), id)).status).toBe(412);
      expect((await write(put("new", { "If-Match": "*" }), id)).status).toBe(412);
      expect(await stored(id)).toBeNull();
    });
  });

  test("resource on these tables: a member without a column is not stored, so its PUT gets no tag", async () => {
    const handle = resource(versionedPages(pgPages(pool)), { key: keyBelow("/pages") });
    const at = `http://test/pages/${randomUUID()}`;
    const send = (body: string) =>
      handle(new Request(at, { method: "PUT", headers: { "Content-Type": "application/json" }, body }));
    const wide = await send('{"text":"a","extra":1}');
    expect([wide.status, wide.headers.get("ETag")]).toEqual([201, null]);
    expect(await (await handle(new Request(at))).json()).toEqual({ text: "a" });
    const exact = await send('{"text":"b"}');
    const read = await handle(new Request(at));
    expect([exact.status, exact.headers.get("ETag")]).toEqual([204, read.headers.get("ETag")]);
  });

  test("the race catches a WHERE without the version: both writers are answered 200", async () => {
    const { id, tag } = await page();
    const replace = (text: string) => writePage(put(text, { "If-Match": tag }), careless, id);
    const answers = await meeting(hold("lock", id), [() => replace("mine"), () => replace("yours")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  describe("a transaction", () => {
    test("of two requests that move the same page away, one is answered 204 and one 412", async () => {
      const from = await page("from");
      const into = [await page("one "), await page("two ")];
      const merge = (id: string) => mergePages(post({ "If-Match": from.tag }), pool, from.id, id);
      const answers = await meeting(
        hold("lock", from.id),
        into.map(
          ({ id }) =>
            () =>
              merge(id),
        ),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 412]);
      const texts = await Promise.all(into.map(async ({ id }) => (await stored(id))!.text));
      expect(texts.toSorted().join("|")).toMatch(/^one (from)?\|two (from)?$/);
      expect(texts.join("")).toHaveLength("one two from".length);
      expect(await stored(from.id)).toBeNull();
    });

    test("a refused request changes nothing and leaves its connection clean", async () => {
      const from = await page("from");
      const answers = [
        await mergePages(post({ "If-Match": '"stale"' }), pool, from.id, (await page()).id),
        await mergePages(post({ "If-Match": from.tag }), pool, from.id, "nowhere"),
        await mergePages(post({}), pool, from.id, (await page()).id),
      ];
      expect(answers.map(({ status }) => status)).toEqual([412, 404, 428]);
      expect(await stored(from.id)).toEqual({ text: "from", tag: from.tag });
      const open =
        "SELECT FROM pg_stat_activity WHERE application_name = $1 AND state LIKE 'idle in transaction%'";
      expect((await pool.query(open, [schema])).rowCount).toBe(0);
    });
  });
});

function put(body: string, headers: Record<string, string>): Request {
  return new Request("http://test/", { method: "PUT", body, headers });
}

function post(headers: Record<string, string>): Request {
  return new Request("http://test/", { method: "POST", headers });
}

async function page(text = "old"): Promise<{ id: string; tag: string }> {
  const id = randomUUID();
  const version = randomUUID();
  await pool.query("INSERT INTO pages VALUES ($1, $2, $3)", [id, text, version]);
  return { id, tag: `"${version}"` };
}

async function stored(id: string): Promise<{ text: string; tag: string } | null> {
  const { rows } = await pool.query<Page>("SELECT text, version FROM pages WHERE id = $1", [id]);
  return rows[0] ? { text: rows[0].text, tag: `"${rows[0].version}"` } : null;
}

/** The text of the write that was acknowledged. */
async function written(answers: readonly Response[]): Promise<{ text: string; tag: string | null }> {
  const winner = answers.find(({ ok }) => ok)!;
  return { text: (await winner.clone().json()).text, tag: winner.headers.get("ETag") };
}

/** Makes every writer of this row wait, until the connection rolls back. Readers do not wait. */
async function hold(how: "lock" | "insert", id: string): Promise<PoolClient> {
  const gate = await pool.connect();
  await gate.query("BEGIN");
  if (how === "lock") await gate.query("SELECT FROM pages WHERE id = $1 FOR UPDATE", [id]);
  else await gate.query("INSERT INTO pages VALUES ($1, '', '')", [id]);
  return gate;
}

/** Lets all writers judge, stops each before its write, and releases them together when all of them wait. */
async function meeting(
  held: Promise<PoolClient>,
  tasks: readonly (() => Promise<Response>)[],
): Promise<Response[]> {
  const gate = await held;
  let early = false;
  const answers = tasks.map((task) => task().finally(() => (early = true)));
  const waiting = "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'";
  while (!early && (await pool.query(waiting, [schema])).rowCount !== tasks.length) await sleep(5);
  const met = !early;
  await gate.query("ROLLBACK");
  gate.release();
  const all = await Promise.all(answers);
  if (!met) throw new Error(`they did not meet: ${all.map(({ status }) => status)}`);
  return all;
}
