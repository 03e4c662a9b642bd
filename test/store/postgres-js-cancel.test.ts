// A statement of postgres.js that is given up must not end the process by a rejection without a listener.
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { queryByPostgresJs } from "../../packages/store/src/drivers/postgres-js.ts";
import { databaseUrl } from "./race/addresses.ts";
import { reachable } from "./race/databases.ts";

const options = { max: 1, fetch_types: false };
let unhandled: unknown[];
const note = (error: unknown) => void unhandled.push(error);

beforeEach(() => {
  unhandled = [];
  process.on("unhandledRejection", note);
});
afterEach(() => {
  process.off("unhandledRejection", note);
});

function passToDatabase(socket: Socket): void {
  const { hostname, port } = new URL(databaseUrl);
  const database = connect(Number(port || 5432), hostname);
  socket.pipe(database).pipe(socket);
  for (const end of [socket, database]) end.on("error", () => {});
}

function urlThrough(proxy: Server): string {
  const url = new URL(databaseUrl);
  url.port = String((proxy.address() as AddressInfo).port);
  return url.href;
}

describe.skipIf(!(await reachable("postgres")))("postgres.js", () => {
  test("a statement whose client left before it was sent is rejected once", async () => {
    const sql = postgres(databaseUrl, options);
    const query = queryByPostgresJs(sql);
    await expect(query("SELECT 1", [], AbortSignal.abort())).rejects.toThrow();
    await sleep(50);
    expect(unhandled).toEqual([]);
    expect(await query("SELECT 1 AS one", [], undefined)).toEqual([{ one: 1 }]);
    await sql.end();
  });

  test("a statement that is given up behind another one leaves its answer to nobody", async () => {
    const sql = postgres(databaseUrl, options);
    const query = queryByPostgresJs(sql);
    const echo = (text: string, signal?: AbortSignal) => query("SELECT $1::text AS text", [text], signal);
    await echo("prepares the statement");
    const first = query("SELECT pg_sleep(0.3)", [], undefined);
    await sleep(50);
    const [second, third] = [echo("second", AbortSignal.timeout(50)), echo("third")];
    await expect(second).rejects.toThrow();
    expect(await third).toEqual([{ text: "third" }]);
    await first;
    expect(unhandled).toEqual([]);
    await sql.end();
  });

  test("a statement that is given up while its connection opens does not take the connection with it", async () => {
    const proxy = createServer(async (socket) => {
      await sleep(300);
      passToDatabase(socket);
    }).listen(0);
    const sql = postgres(urlThrough(proxy), options);
    const query = queryByPostgresJs(sql);
    const name = `given_up_${crypto.randomUUID().slice(0, 8)}`;
    const creation = query(`CREATE TABLE ${name} ()`, [], AbortSignal.timeout(100));
    await expect(creation).rejects.toThrow();
    expect(await query("SELECT to_regclass($1) AS name", [name], undefined)).toEqual([{ name: null }]);
    expect(unhandled).toEqual([]);
    await sql.end();
    proxy.close();
  });

  test("a statement whose cancellation does not reach the server is rejected once", async () => {
    let connections = 0;
    const proxy = createServer((socket) => {
      if (connections++ > 0) return socket.resetAndDestroy();
      passToDatabase(socket);
    }).listen(0);
    const sql = postgres(urlThrough(proxy), options);
    const query = queryByPostgresJs(sql);
    await query("SELECT 1", [], undefined);
    await expect(query("SELECT pg_sleep(1)", [], AbortSignal.timeout(200))).rejects.toThrow();
    await sleep(200);
    expect(connections).toBe(2);
    expect(unhandled).toEqual([]);
    await sql.end();
    proxy.close();
  });
});
