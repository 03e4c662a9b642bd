import { ConflictError, HttpError, read, update } from "@entity-tag/client";
import { type Served, served } from "@entity-tag/example-systems/served";
import { type Lease, tririga } from "@entity-tag/example-systems/tririga";
import { PROBLEM_TYPES } from "@entity-tag/store";
import { postgresStore } from "@entity-tag/store/postgres";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseUrl, newName } from "../store/race/addresses.ts";
import { reachable } from "../store/race/databases.ts";
import { curl, noting } from "./network.ts";
import { sentence } from "./requirements.ts";

const isAvailable = await reachable("postgres");
const table = newName();
const draft: Lease = { tenant: "Ada Ltd", rent: 1000, status: "draft" };

describe.skipIf(!isAvailable)("TRIRIGA, on PostgreSQL with a constraint", () => {
  let pool: Pool;
  let server: Served;
  let leases: Awaited<ReturnType<ReturnType<typeof postgresStore<Lease>>["createTable"]>>;
  beforeAll(async () => {
    pool = new Pool({ connectionString: databaseUrl });
    pool.on("error", () => {});
    leases = await postgresStore<Lease>(pool, { table }).createTable();
    await pool.query(
      `ALTER TABLE ${table} ADD CONSTRAINT rent_not_negative CHECK ((value::jsonb->>'rent')::numeric >= 0)`,
    );
    server = await served(tririga(leases));
  });
  afterAll(async () => {
    await server?.close();
    await pool?.query(`DROP TABLE IF EXISTS ${table}, ${table}_ledger`);
    await pool?.end();
  });

  let count = 0;
  async function lease(value = draft): Promise<string> {
    const key = `lease ${++count}`;
    await leases.swap(key, null, value);
    return `${server.origin}/oslc/so/leases/${encodeURIComponent(key)}`;
  }
  const raise = (by: number) => (current: Lease) => ({ ...current, rent: current.rent + by });

  it(sentence("GET answers with an `ETag` that says when the record was last updated."), async () => {
    const url = await lease();
    const response = await fetch(url);
    const time = new Date(response.headers.get("ETag")!.slice(1, 25));
    expect(Math.floor(time.getTime() / 1000) * 1000).toBe(Date.parse(response.headers.get("Last-Modified")!));
    await update(url, raise(1));
    const later = new Date((await fetch(url)).headers.get("ETag")!.slice(1, 25));
    expect(later.getTime()).toBeGreaterThanOrEqual(time.getTime());
  });

  it(sentence("The client keeps it and sends it in `If-Match` with PUT or PATCH."), async () => {
    for (const method of ["PUT", "PATCH"] as const) {
      const url = await lease();
      const seen = await read<Lease>(url);
      const sent: (string | null)[] = [];
      const spying: typeof fetch = (input, init) => {
        sent.push(new Request(input, init).headers.get("If-Match"));
        return fetch(input, init);
      };
      const saved = await update(seen, raise(5), { method, fetch: spying });
      expect([sent, saved.value.rent]).toEqual([[seen.etag], 1005]);
    }
  });

  it(
    sentence("A stale tag gets a 412, and the client fetches again and applies its change on the new tag."),
    async () => {
      const url = await lease();
      const [ann, bob] = [await read<Lease>(url), await read<Lease>(url)];
      await update(ann, raise(10));
      const { fetch, log } = noting();
      const saved = await update(bob, raise(1), { fetch, backoff: () => 0 });
      expect(log).toEqual(["PUT 412", "GET 200", "PUT 204"]);
      expect([saved.value.rent, saved.attempts]).toEqual([1011, 2]);
    },
  );

  it(
    sentence(
      "With the current tag the update is made, *if* business validation and database constraints allow it, so a client must be able to distinguish a refused condition from a refused change.",
    ),
    async () => {
      const url = await lease({ ...draft, status: "active" });
      const refusals: [(current: Lease) => Lease, number, string][] = [
        [(current) => ({ ...current, tenant: "" }), 422, PROBLEM_TYPES.invalidValue],
        [(current) => ({ ...current, rent: -1 }), 409, PROBLEM_TYPES.constraint],
      ];
      for (const [change, status, type] of refusals) {
        const { fetch, log } = noting();
        const error = await update<Lease>(url, change, { fetch }).catch((error: unknown) => error);
        expect(error).toBeInstanceOf(HttpError);
        expect(error).not.toBeInstanceOf(ConflictError);
        expect((error as HttpError).problem).toMatchObject({ status, type });
        expect(log, "update ends at once").toEqual(["GET 200", `PUT ${status}`]);
      }
      expect(JSON.parse((await curlPut(url, { rent: -1 })).body).detail).toContain("rent_not_negative");
      expect((await read<Lease>(url)).value).toEqual({ ...draft, status: "active" });
    },
  );

  it(
    sentence(
      "Without `If-Match`, or with `*`, the update is unconditional, if the resource at the URI exists.",
    ),
    async () => {
      const url = await lease();
      const missing = `${server.origin}/oslc/so/leases/missing`;
      for (const condition of [[], ["-H", "If-Match: *"]]) {
        expect((await curlPut(url, { rent: 7 }, ...condition)).status).toBe(204);
        expect((await curlPut(missing, { rent: 7 }, ...condition)).status).toBe(404);
      }
      expect((await read<Lease>(url)).value.rent).toBe(7);
    },
  );

  it("answers the requests of its documentation, sent by curl", async () => {
    const url = await lease();
    const got = await curl(url);
    const tag = got.headers.get("ETag")!;
    expect([got.status, JSON.parse(got.body)]).toEqual([200, draft]);
    expect((await curl(url, "-H", `If-None-Match: ${tag}`)).status).toBe(304);
    expect((await curlPut(url, { rent: 1 }, "-H", `If-Match: ${tag}`)).status).toBe(204);
    const stale = await curlPut(url, { rent: 2 }, "-H", `If-Match: ${tag}`);
    expect([stale.status, stale.headers.get("ETag")]).toEqual([412, (await curl(url)).headers.get("ETag")]);
  });

  function curlPut(url: string, change: Partial<Lease>, ...args: string[]) {
    const body = JSON.stringify({ ...draft, status: "active", ...change });
    return curl(url, "-X", "PUT", "-H", "Content-Type: application/json", "-d", body, ...args);
  }
});
