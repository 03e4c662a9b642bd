// Writes packages/conformance/rows.json from the rows, and adds new ids to the list of those that were ever given.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { rowsAsJson } from "../packages/conformance/src/rows/as-json.ts";
import { givenIds, idsFile, meaningOf } from "../test/conformance/given-ids.ts";

const json = rowsAsJson();
const target = resolve(import.meta.dirname, "../packages/conformance/rows.json");
const lines = json.rows.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
const head = `  "$schema": ${JSON.stringify(json.$schema)},\n  "representation": ${JSON.stringify(json.representation)}`;
writeFileSync(target, `{\n${head},\n  "rows": [\n${lines}\n  ]\n}\n`);

const given = givenIds(readFileSync(idsFile, "utf8"));
for (const row of json.rows) if (!given.has(row.id)) given.set(row.id, meaningOf(row));
writeFileSync(idsFile, [...given].map(([id, meaning]) => `${id} ${meaning}\n`).join(""));
console.log(`${json.rows.length} rows, ${given.size} ids`);
