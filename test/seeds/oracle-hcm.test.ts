import { items, oracle, read, update } from "@entity-tag/client";
import { opaque, parseTag } from "@entity-tag/core";
import { oracleHcm, type ShownWorker, type Worker } from "@entity-tag/example-systems/oracle-hcm";
import { type Served, served } from "@entity-tag/example-systems/served";
import { postgresStore } from "@entity-tag/store/postgres";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseUrl, newName } from "../store/race/addresses.ts";
import { reachable } from "../store/race/databases.ts";
import { curl, noting } from "./network.ts";
import { sentence } from "./requirements.ts";

const isAvailable = await reachable("postgres");
const table = newName();
const WORKERS = 1000;
const keyOf = (index: number) => `w${String(index).padStart(4, "0")}`;

describe.skipIf(!isAvailable)("Oracle HCM, on PostgreSQL with a thousand workers", () => {
  let pool: Pool;
  let server: Served;
  let old: Served;
  beforeAll(async () => {
    pool = new Pool({ connectionString: databaseUrl });
    pool.on("error", () => {});
    const workers = await postgresStore<Worker>(pool, { table }).createTable();
    for (let from = 0; from < WORKERS; from += 50) {
      const some = Array.from({ length: 50 }, (_, index) => from + index);
      await Promise.all(
        some.map((each) => workers.swap(keyOf(each), null, { Name: `Worker ${each}`, Grade: 1 })),
      );
    }
    server = await served(oracleHcm(workers));
    old = await served(oracleHcm(workers, 4));
  }, 60_000);
  afterAll(async () => {
    await Promise.all([server?.close(), old?.close()]);
    await pool?.query(`DROP TABLE IF EXISTS ${table}, ${table}_ledger`);
    await pool?.end();
  });
  const all = (from = server) => `${from.origin}/hcmRestApi/resources/latest/workers`;
  const one = (index: number, from = server) => `${all(from)}/${keyOf(index)}`;
  const options = { dialect: oracle, method: "PATCH" as const, backoff: () => 0 };
  const promote = (worker: ShownWorker) => ({ ...worker, Grade: worker.Grade + 1 });

  it(
    sentence(
      "GET of one resource returns the tag in the header *and* in the body, at `@context.headers.ETag`, unquoted (from framework version 6 on; earlier versions have it elsewhere or not at all).",
    ),
    async () => {
      const response = await fetch(one(1));
      const worker = (await response.json()) as ShownWorker;
      const tag = parseTag(response.headers.get("ETag"))!;
      expect(worker["@context"]?.headers.ETag).toBe(opaque(tag));
      const before6 = await fetch(one(1, old));
      expect([before6.headers.get("ETag"), (await before6.json())["@context"]]).toEqual([tag, undefined]);
      const seen = await read<ShownWorker>(one(1, old), options);
      expect(seen.etag).toBe(tag);
      expect((await update(seen, promote, options)).value.Grade).toBe(2);
    },
  );

  it(
    sentence(
      "In the answer to GET of a collection, every item carries its own tag there, and its url in a `links` entry with `rel: self`.",
    ),
    async () => {
      const body = await (await fetch(all())).json();
      const listed = items<ShownWorker>(body, oracle, all());
      expect(listed).toHaveLength(WORKERS);
      const { fetch: noted, log } = noting();
      for (const worker of listed.slice(100, 110))
        await update(worker, promote, { ...options, fetch: noted });
      expect(log, "no worker is read before it is written").toEqual(Array(10).fill("PATCH 200"));
      expect((await read<ShownWorker>(one(105), options)).value.Grade).toBe(2);
      const stale = await update(listed[105]!, promote, { ...options, fetch: noted });
      expect([stale.attempts, stale.value.Grade, log.slice(10)]).toEqual([
        2,
        3,
        ["PATCH 412", "GET 200", "PATCH 200"],
      ]);
    },
  );

  it(sentence("`If-Match` and `If-None-Match` apply to single resources only."), async () => {
    const tag = (await fetch(`${all()}?limit=2`)).headers.get("ETag")!;
    for (const condition of [`If-None-Match: ${tag}`, 'If-Match: "other"', "If-None-Match: *"]) {
      expect((await curl(`${all()}?limit=2`, "-H", condition)).status).toBe(200);
    }
    expect((await curl(one(2), "-H", "If-None-Match: *")).status).toBe(304);
  });

  it(
    sentence(
      "GET with `If-None-Match` returns 304 with an empty body if the resource is unchanged, and otherwise 200 with the new representation and tag.",
    ),
    async () => {
      const tag = (await curl(one(3))).headers.get("ETag")!;
      const unchanged = await curl(one(3), "-H", `If-None-Match: ${tag}`);
      expect([unchanged.status, unchanged.body]).toEqual([304, ""]);
      await update<ShownWorker>(one(3), promote, options);
      const changed = await curl(one(3), "-H", `If-None-Match: ${tag}`);
      const worker = JSON.parse(changed.body);
      expect([changed.status, worker.Grade]).toEqual([200, 2]);
      expect(changed.headers.get("ETag")).toBe(`"${worker["@context"].headers.ETag}"`);
      expect(changed.headers.get("ETag")).not.toBe(tag);
    },
  );

  it(
    sentence(
      "PATCH with `If-Match` returns 200 with the new tag if the resource is unchanged, and otherwise 412.",
    ),
    async () => {
      const tag = (await curl(one(4))).headers.get("ETag")!;
      const patch = () =>
        curl(
          one(4),
          "-X",
          "PATCH",
          "-H",
          `If-Match: ${tag}`,
          "-H",
          "Content-Type: application/merge-patch+json",
          "-d",
          '{"Grade":5}',
        );
      const saved = await patch();
      expect([saved.status, JSON.parse(saved.body).Grade]).toEqual([200, 5]);
      expect(saved.headers.get("ETag")).not.toBe(tag);
      expect((await patch()).status).toBe(412);
    },
  );
});
