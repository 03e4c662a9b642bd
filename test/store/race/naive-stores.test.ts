import { describe, expect, test } from "vitest";
import { type Contender, lend, missing, rounds } from "./contenders.ts";
import { violations } from "./history.ts";
import { race } from "./race.ts";

// Tests of the race itself: these stores lose updates. A race that does not see that would prove nothing about the
// others.
const naive: readonly (Contender & { processes: number })[] = [
  { kind: "SELECT, then UPDATE", database: "postgres", processes: 4 },
  { kind: "SELECT, then UPDATE, in a transaction", database: "postgres", processes: 4 },
  { kind: "HGET, then HSET", database: "redis", processes: 4 },
  { kind: "a Map, and an await before the write", database: "memory", processes: 1 },
];

describe.each(naive)("$kind", (contender) => {
  describe.skipIf(missing(contender))("with 32 clients on one key", () => {
    const fleet = lend(contender, contender.processes);

    test("is caught losing updates, in every race", async () => {
      for (let round = 0; round < rounds; round++) {
        const { origins } = fleet;
        const plan = { origins, path: `/counter-${round}`, clients: 32, increments: 2, pause: 0 };
        const found = violations(await race(plan));
        expect(found).toContainEqual(expect.stringMatching(/^lost updates: 64 acknowledged, \d+ there/));
        expect(found).toContainEqual(expect.stringMatching(/^lost update: client \d+ .* both replaced "/));
      }
    });
  });
});
