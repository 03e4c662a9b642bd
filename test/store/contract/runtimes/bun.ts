// Run by Bun, with the path of a database file: the contract on bun:sqlite.
import { sqliteStore } from "@entity-tag/store/sqlite";
import { type LockableDatabase, refusedCommit } from "../sqlite-locks.ts";
import { runAll } from "./run.ts";

const sqlite = "bun:sqlite";
const { Database }: { Database: new (path: string) => LockableDatabase } = await import(sqlite);
const path = process.argv[2]!;
const db = new Database(path);

await runAll(
  { open: (codec) => sqliteStore(db, { ...codec, table: codec?.encode ? "binary" : "json" }).createTable() },
  [
    {
      name: "swap does not win when its commit is refused",
      run: () => refusedCommit(sqliteStore, (path) => new Database(path), `${path}-2`),
    },
  ],
);
