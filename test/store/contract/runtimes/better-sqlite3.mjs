// The contract on the real better-sqlite3, run by the Node that it was compiled for: see scripts/better-sqlite3.ts.
// node better-sqlite3.mjs <folder with node_modules> <path of a new database>
import { createRequire } from "node:module";
import { resource } from "@entity-tag/store";
import { contractCases } from "@entity-tag/store/contract-tests";
import { sqliteStore } from "@entity-tag/store/sqlite";

const [folder, path] = process.argv.slice(2);
const Database = createRequire(`${folder}/`)("better-sqlite3");
const db = new Database(path);
db.pragma("journal_mode = WAL");
const open = (options) =>
  sqliteStore(db, { ...options, table: options?.encode ? "binary" : "json" }).createTable();

let failures = 0;
async function check(name, run) {
  try {
    await run();
    console.log(`✓ ${name}`);
  } catch (error) {
    failures++;
    console.log(`✗ ${name}: ${error.stack}`);
  }
}

for (const { name, run } of contractCases) await check(name, () => run({ open }));

await check("a file that another connection has locked is 503, and the event loop goes on", async () => {
  const other = new Database(path);
  other.exec("BEGIN IMMEDIATE");
  let [longest, last] = [0, performance.now()];
  const watch = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const headers = { "Content-Type": "application/json" };
  const put = new Request("http://localhost/", { method: "PUT", headers, body: '"x"' });
  const { status } = await resource(await open(), { key: "locked" })(put);
  clearInterval(watch);
  other.exec("ROLLBACK");
  other.close();
  if (status !== 503) throw new Error(`${status} instead of 503`);
  if (longest > 1500) throw new Error(`The event loop stood still for ${longest} ms`);
});

console.log(
  `better-sqlite3 ${createRequire(`${folder}/`)("better-sqlite3/package.json").version}, Node ${process.version}`,
);
process.exit(failures === 0 ? 0 : 1);
