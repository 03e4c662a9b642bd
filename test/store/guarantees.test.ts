import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";

/** Each promise of the README, and the titles of tests that fail when it is broken. */
const proofs: Record<string, [file: string, title: string][]> = {
  "One winner": [
    ["packages/store/src/contract-tests/cases.ts", "of many swaps of one version exactly one succeeds"],
    ["test/store/race/race.test.ts", "loses no update of"],
  ],
  "412 has done nothing": [
    ["test/store/ledger.test.ts", "is not remembered when it is refused"],
    ["test/store/honest-redis.test.ts", "refuses a write, and nothing is written"],
  ],
  "Exactly once": [
    ["test/store/ledger.test.ts", "gets its first answer again, whatever others have written"],
    ["test/store/race/exactly-once.test.ts", "when one answer in ten is lost after the commit"],
    ["test/store/model.test.ts", "applies no change twice when the store has a ledger"],
  ],
  "Versions are never used again": [
    [
      "packages/store/src/contract-tests/cases.ts",
      "a version is never used again, not even after delete and create",
    ],
    [
      "test/store/contract/runtimes/deno.ts",
      "a version that was made before a restore is never taken for a later one",
    ],
  ],
  "A tag is true": [
    [
      "packages/store/src/contract-tests/octets-cases.ts",
      "octets come back as they were sent, or not at all",
    ],
  ],
  "Certain is not unknown": [
    ["test/store/honest-sqlite.test.ts", "a database that is read-only is 503, and one that is full is 507"],
    ["test/store/honest-postgres.test.ts", "a server that is not there is 503"],
  ],
  "Patient, but not for ever": [
    [
      "test/store/honest-redis.test.ts",
      "a write that was answered with 503 is not made when the server is back",
    ],
    ["test/store/honest-postgres.test.ts", "a locked row holds up nobody else"],
  ],
  Fair: [
    ["test/store/fairness.alone.test.ts", "a writer whose change takes 50 ms writes among five quick ones"],
  ],
  "Round trips": [["test/store/ledger.test.ts", "a keyed write costs two round trips, as one without a key"]],
  "No clock decides": [
    [
      "packages/store/src/contract-tests/cases.ts",
      "lastModified is now, in milliseconds, and does not go back",
    ],
  ],
};

const root = resolve(import.meta.dirname, "../..");
const read = (file: string) => readFileSync(resolve(root, file), "utf8");

test("every promise of the store's README is named here, with tests that exist", () => {
  const section = read("packages/store/README.md").split("## What is guaranteed")[1]!.split("\n### ")[0]!;
  const promises = [...section.matchAll(/^- \*\*([^*]+?)\.?\*\*/gm)].map((match) => match[1]!);
  expect(promises.toSorted()).toEqual(Object.keys(proofs).toSorted());
  for (const [file, title] of Object.values(proofs).flat()) expect(read(file), file).toContain(title);
});
