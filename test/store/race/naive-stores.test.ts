import { describe, expect, test } from "vitest";
import { type Contender, lend, missing, rounds, timeout } from "./contenders.ts";
import { violations } from "./history.ts";
import { race } from "./race.ts";

// The race itself on trial: these stores lose updates, and a race that does not see it proves nothing about the others.
const naive: readonly (Contender & { processes: number })[] = [
  { kind: "SELECT, then UPDATE", database: "postgres", processes: 4 },
  { kind: "SELECT, then UPDATE, in a transaction", database: "postgres", processes: 4 },
  { kind: "HGET, then HSET", database: "redis", processes: 4 },
  { kind: "a Map, and an await before the write", database: "memory", processes: 1 },
];

describe.each(naive)("$kind", (contender) => {
  describe.skipIf(missing(contender))("with 32 clients on one key", () => {
    const fleet = lend(contender, contender.processes);

    test("is caught losing updates, in every race", { timeout }, async () => {
      for (let round = 0; round < rounds; round++) {
        const path = `/counter-${round}`;
        const found = violations(await race({ origins: fleet.origins, path, clients: 32, increments: 2 }));
        expect(found).toContainEqual(expect.stringMatching(/^lost updates: 64 acknowledged, \d+ there/));
        expect(found).toContainEqual(expect.stringMatching(/^lost update: client \d+ .* both replaced "/));
      }
    });
  });
});
