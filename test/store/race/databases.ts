import { rmSync } from "node:fs";
import { Client } from "pg";
import { createClient, type RedisClientType } from "redis";
import { databaseUrl, fileOf, redisUrl } from "./addresses.ts";

export type Database = "postgres" | "redis" | "sqlite" | "memory";
export type DatabaseServer = "postgres" | "redis";

const howToStart: Record<DatabaseServer, string> = {
  postgres:
    "docker run -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust -e POSTGRES_DB=test postgres, or set DATABASE_URL",
  redis: "docker run -p 6379:6379 redis, or set REDIS_URL",
};

/**
 * True when the server answers a real connection. Otherwise says so on stderr, and how to start it; on a CI machine
 * (`CI` is set) it throws, because there a skipped race is a hole in the proof.
 */
export async function reachable(server: DatabaseServer): Promise<boolean> {
  try {
    if (server === "postgres") await withPostgres((client) => client.query("SELECT 1"));
    else await withRedis((client) => client.ping());
    return true;
  } catch (error) {
    const { host } = new URL(server === "postgres" ? databaseUrl : redisUrl);
    const line = `${server} does not answer at ${host} (${reasonOf(error)}). To run these tests: ${howToStart[server]}`;
    if (process.env.CI) throw new Error(line, { cause: error });
    console.warn(`SKIPPED: ${line}`);
    return false;
  }
}

/** A name with two addresses fails twice: an AggregateError without a message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}

/** Removes all data that the servers with this name left in their database. */
export async function clear(ownName: string, database: Database): Promise<void> {
  if (database === "postgres")
    await withPostgres((client) => client.query(`DROP TABLE IF EXISTS ${ownName}, ${ownName}_ledger`));
  if (database === "redis") await withRedis((client) => removeKeys(client, ownName));
  if (database === "sqlite")
    for (const end of ["", "-journal", "-wal", "-shm"]) rmSync(fileOf(ownName) + end, { force: true });
}

/** Ends every connection that the servers with this name have to their database. Returns their number. */
export function cut(ownName: string, server: DatabaseServer): Promise<number> {
  if (server === "redis") return withRedis((client) => killClients(client, ownName));
  return withPostgres(async (client) => {
    const terminate = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1";
    return (await client.query(terminate, [ownName])).rowCount ?? 0;
  });
}

export async function withPostgres<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end();
  }
}

async function withRedis<T>(use: (client: RedisClientType) => Promise<T>): Promise<T> {
  const socket = { connectTimeout: 10_000, reconnectStrategy: false } as const;
  const client: RedisClientType = createClient({ url: redisUrl, socket });
  client.on("error", () => {}); // the queries under way are rejected, too, and handled there
  try {
    await client.connect();
    return await use(client);
  } finally {
    if (client.isOpen) client.destroy();
  }
}

async function removeKeys(client: RedisClientType, ownName: string): Promise<void> {
  for await (const keys of client.scanIterator({ MATCH: `*${ownName}*`, COUNT: 1000 }))
    if (keys.length > 0) await client.del(keys);
}

async function killClients(client: RedisClientType, ownName: string): Promise<number> {
  const named = (await client.clientList()).filter(({ name }) => name === ownName);
  for (const { id } of named) await client.sendCommand(["CLIENT", "KILL", "ID", String(id)]);
  return named.length;
}
