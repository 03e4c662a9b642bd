import { describe, expect, test } from "vitest";
import { disorder, type Entry } from "./generations.ts";
import { chain, conservation, type Edge, miscounts, type Race, type Tally, violations } from "./history.ts";

// Tests of the judges: the faults that they must name, and the histories that they must accept.

function raceOf(
  edges: readonly [client: number, sent: string, received: string][],
  count: number,
  refused = 1,
): Race {
  return {
    first: { tag: '"0"', value: { count: 0, by: {} } },
    last: { tag: `"${count}"`, value: { count, by: {} } },
    edges: edges.map(
      ([client, sent, received]): Edge => ({ client, sent: `"${sent}"`, received: `"${received}"` }),
    ),
    refused,
  };
}

describe("violations", () => {
  test("violations finds no fault in a path, in whatever order its steps were logged", () => {
    expect(
      violations(
        raceOf(
          [
            [2, "1", "2"],
            [1, "0", "1"],
            [1, "2", "3"],
          ],
          3,
        ),
      ),
    ).toEqual([]);
  });

  test("conservation calls missing increments lost", () => {
    expect(
      conservation(
        raceOf(
          [
            [1, "0", "1"],
            [2, "1", "2"],
          ],
          1,
        ),
      ),
    ).toEqual(["lost updates: 2 acknowledged, 1 there, 1 lost"]);
  });

  test("conservation names increments that were not acknowledged", () => {
    expect(conservation(raceOf([[1, "0", "1"]], 2))).toEqual([
      "unacknowledged writes: 1 acknowledged, 2 there",
    ]);
  });

  test("conservation does not accept a race in which no write was refused", () => {
    expect(conservation(raceOf([[1, "0", "1"]], 1, 0))).toEqual([expect.stringContaining("proves nothing")]);
  });

  test("chain names two writers with one predecessor", () => {
    expect(
      chain(
        raceOf(
          [
            [1, "0", "1"],
            [7, "0", "2"],
          ],
          2,
        ),
      ),
    ).toContain(
      'lost update: client 1 ("0" to "1") and client 7 ("0" to "2") both replaced "0", one of them unseen',
    );
  });

  test("chain names two writes with one version", () => {
    expect(
      chain(
        raceOf(
          [
            [1, "0", "1"],
            [2, "1", "1"],
          ],
          1,
        ),
      ),
    ).toContainEqual(expect.stringMatching(/^reused version: /));
  });

  test("chain sees a step that is missing and one that leads in a circle", () => {
    expect(
      chain(
        raceOf(
          [
            [1, "0", "1"],
            [2, "2", "3"],
          ],
          3,
        ),
      ),
    ).toEqual([expect.stringMatching(/^broken path: 1 of 2 steps/)]);
    expect(
      chain(
        raceOf(
          [
            [1, "0", "1"],
            [2, "1", "0"],
          ],
          2,
        ),
      ),
    ).toEqual([expect.stringMatching(/^broken path/)]);
  });
});

describe("miscounts", () => {
  const tally = (acknowledged: number, unknown: number): Tally => ({
    ...{ client: 1, replays: false, acknowledged, unknown },
    ...{ refused: 0, resent: 0, found: 0, failed: 0 },
  });
  const there = (count: number) => ({ count, by: { 1: count } });

  test("miscounts allows every number from the acknowledged to the acknowledged and the unknown, and no other", () => {
    const verdicts = [1, 2, 3, 4, 5].map((count) => miscounts(there(count), [tally(2, 2)]).length === 0);
    expect(verdicts).toEqual([false, true, true, true, false]);
  });

  test("miscounts allows exactly the acknowledged when no outcome is unknown", () => {
    const verdicts = [1, 2, 3].map((count) => miscounts(there(count), [tally(2, 0)]).length === 0);
    expect(verdicts).toEqual([false, true, false]);
  });
});

describe("disorder", () => {
  const ledger = (...writes: string[]) => ({
    generation: writes[0]!,
    writes: Object.fromEntries(writes.map((write) => [write, true as const])),
  });
  const wrote = (kind: "create" | "change", received: string, after: string[], sent?: string): Entry => ({
    ...{ kind, client: 1, received, sent },
    after: ledger(...after),
  });
  const life: readonly Entry[] = [
    wrote("create", "1", ["a"]),
    wrote("change", "2", ["a", "b"], "1"),
    wrote("change", "3", ["a", "b", "c"]),
    { kind: "delete", client: 2, sent: "3", before: ledger("a", "b", "c") },
    wrote("create", "4", ["d"]),
    { kind: "delete", client: 3 },
    wrote("create", "5", ["e"]),
  ];
  const last = ledger("e");

  test("disorder finds no fault in lives that follow each other", () => {
    expect(disorder({ entries: life, last })).toEqual([]);
  });

  test.each<[flaw: string, entries: readonly Entry[], last: ReturnType<typeof ledger> | null, found: RegExp]>(
    [
      [
        "two creates of one life",
        [...life, wrote("create", "6", ["f"])],
        last,
        /^4 creates and 2 deletes were acknowledged, and 1 is/,
      ],
      ["one delete too many", [...life, { kind: "delete", client: 4 }], last, /^3 creates and 3 deletes/],
      [
        "a version that comes back",
        [...life, wrote("change", "3", ["e", "f"])],
        ledger("e", "f"),
        /^reused version: 3/,
      ],
      [
        "two on one predecessor",
        [...life, wrote("change", "6", ["e", "f"], "5"), wrote("change", "7", ["e", "f", "g"], "5")],
        ledger("e", "f", "g"),
        /^lost update: .* both replaced 5/,
      ],
      [
        "an overwritten change",
        [...life, wrote("change", "6", ["e", "f"]), wrote("change", "7", ["e", "g"])],
        ledger("e", "g"),
        /^lost update: client 1 wrote number 3 of e/,
      ],
      [
        "a delete of more than was seen",
        [life[0]!, life[1]!, { kind: "delete", client: 1, sent: "1", before: ledger("a") }],
        null,
        /^a had 2 writes, 1 of them/,
      ],
      [
        "a life that ended without a delete",
        [life[0]!, life[4]!],
        ledger("d"),
        /^1 generations ended unseen, by 0 deletes/,
      ],
    ],
  )("disorder names %s", (_, entries, end, found) => {
    expect(disorder({ entries, last: end })).toContainEqual(expect.stringMatching(found));
  });
});
