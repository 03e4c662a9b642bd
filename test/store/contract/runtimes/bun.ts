// Run by Bun, with the path of a database file: the contract on bun:sqlite.
import { sqliteStore } from "@entity-tag/store/sqlite";
import { type OwnSqlite, sqliteDriver } from "../sqlite-driver.ts";
import { refusedCommit } from "../sqlite-locks.ts";
import { runAll } from "./run.ts";

const sqlite = "bun:sqlite";
const { Database }: { Database: new (path: string) => OwnSqlite } = await import(sqlite);
const path = process.argv[2]!;

await runAll(sqliteDriver(sqliteStore, new Database(path), new Database(path)), [
  {
    name: "swap does not win when its commit is refused",
    run: () => refusedCommit(sqliteStore, (path) => new Database(path), `${path}-2`),
  },
]);
