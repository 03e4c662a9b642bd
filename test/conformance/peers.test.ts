import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { peers, type Score, score } from "./peers/peers.ts";
import { documents, pinned, withTable } from "./peers/table.ts";

// These are real programs, possibly on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const pins = new Map(pinned().map((one) => [one.name, one]));
const failures = ({ must, warnings }: Score) => ({ must, warnings });

describe("published servers fail the same rows as before", () => {
  for (const peer of peers) {
    if (peer.missing !== undefined) console.log(`skipped: ${peer.missing}`);
    const pin = pins.get(peer.name)!;
    // Debian's version depends on the machine, and another version has other mistakes.
    const isOther = peer.missing === undefined && peer.version() !== pin.version;
    if (isOther)
      console.log(`skipped: ${peer.name} ${peer.version()} is not ${pin.version}, which is pinned`);
    it.skipIf(peer.missing !== undefined || isOther)(
      `${peer.name} (npm run conformance:table pins a change)`,
      async () => {
        expect(failures(await score(peer))).toEqual(failures(pin));
      },
      240_000, // 1,594 rows, one after the other, and Next is built first
    );
  }
});

describe("the tables of peers in the documents", () => {
  it.each(Object.entries(documents))("%s shows the pinned results", (file, table) => {
    const text = readFileSync(file, "utf8");
    expect(withTable(text, table(pinned()))).toBe(text);
  });
});
