// A process that makes the table and writes one row, at the same time as others.
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { sqliteStore } from "@entity-tag/store/sqlite";

const db = new DatabaseSync(process.argv[2]!);
process.send!("ready");
await once(process, "message");
const store = await sqliteStore<number>(db).createTable();
await store.createTable();
await store.swap(String(process.pid), null, process.pid);
process.disconnect();
