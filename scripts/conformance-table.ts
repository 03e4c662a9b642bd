// Asks the peers every row, records the rows that they fail, and writes the tables of the documents. A peer that is not
// installed keeps its line.
import { readFileSync, writeFileSync } from "node:fs";
import { peers, type Score, score } from "../test/conformance/peers/peers.ts";
import { documents, pinned, pinnedFile, withTable } from "../test/conformance/peers/table.ts";

const before = new Map(pinned().map((one) => [one.name, one]));
const scores: Score[] = [];
for (const peer of peers) {
  const kept = before.get(peer.name);
  if (peer.missing !== undefined) console.log(peer.missing);
  if (peer.missing === undefined) scores.push(await score(peer));
  else if (kept !== undefined) scores.push(kept);
}
writeFileSync(pinnedFile, `${JSON.stringify(scores, undefined, 2)}\n`);
for (const [file, table] of Object.entries(documents))
  writeFileSync(file, withTable(readFileSync(file, "utf8"), table(scores)));
for (const { name, version, counts } of scores) console.log(name, version, JSON.stringify(counts));
process.exit();
