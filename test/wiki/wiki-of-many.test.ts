import { Client } from "pg";
import { createClient } from "redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { databaseUrl, newName, redisUrl } from "../store/race/addresses.ts";
import { reachable } from "../store/race/databases.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

const PROCESSES = 3;
const WRITERS = 6;
const INCREMENTS = 5;

describe.each([
  { database: "postgres", env: { DATABASE_URL: databaseUrl } },
  { database: "redis", env: { REDIS_URL: redisUrl } },
] as const)("one wiki on $database, served by three processes", async ({ database, env }) => {
  const available = await reachable(database);
  const name = "shared";
  const wikiName = newName();
  let servers: WikiProcess[] = [];

  beforeAll(async () => {
    if (!available) return;
    servers = await Promise.all(
      Array.from({ length: PROCESSES }, () => startWiki({ ...env, WIKI_NAME: wikiName })),
    );
  }, 30_000);
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    if (available) await clear(database, wikiName);
  });

  const page = (server: number) => `${servers[server % PROCESSES]!.origin}/pages/${name}`;

  it.skipIf(!available)(
    "no edit is lost: every acknowledged increment is in the page",
    { timeout: 60_000 },
    async () => {
      expect((await put(page(0), 0, { "If-None-Match": "*" })).status).toBe(201);
      let refused = 0;
      const write = async (writer: number) => {
        for (let done = 0, server = writer; done < INCREMENTS; server++) {
          const current = await fetch(page(server));
          const { content } = await current.json();
          const answer = await put(page(server), Number(content) + 1, {
            "If-Match": current.headers.get("ETag")!,
          });
          if (answer.ok) done++;
          else refused++;
          expect([204, 412]).toContain(answer.status);
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
      const last = await Promise.all(servers.map(async (_, server) => (await fetch(page(server))).json()));
      expect(last).toEqual(servers.map(() => ({ content: String(WRITERS * INCREMENTS) })));
      expect(
        refused,
        "without a single 412 the writers never met, and the test proves nothing",
      ).toBeGreaterThan(0);
    },
  );
});

function put(url: string, content: number, condition: Record<string, string>): Promise<Response> {
  return fetch(url, {
    method: "PUT",
    headers: condition,
    body: JSON.stringify({ content: String(content) }),
  });
}

/** Removes all data of the wiki from its database. */
async function clear(database: "postgres" | "redis", wikiName: string): Promise<void> {
  if (database === "redis") {
    const client = createClient({ url: redisUrl });
    await client.connect();
    for await (const keys of client.scanIterator({ MATCH: `*${wikiName}*` }))
      if (keys.length > 0) await client.del(keys);
    return client.close();
  }
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const tables = ["pages", "revisions"].flatMap((kind) => [
    `${wikiName}_${kind}`,
    `${wikiName}_${kind}_ledger`,
  ]);
  await client.query(`DROP TABLE IF EXISTS ${tables.join(", ")}`);
  await client.end();
}
