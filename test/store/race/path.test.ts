import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isPath, type Operation } from "./path.ts";

const read = (tag: string, start: number, end: number): Operation => ({ kind: "read", tag, start, end });
const write = (sent: string, received: string, start: number, end: number): Operation => {
  return { kind: "write", sent, received, start, end };
};
const unknown = (sent: string, start: number): Operation => ({ kind: "unknown", sent, start });

describe("a history", () => {
  test.each<[string, boolean, Operation[]]>([
    [
      "of writes that follow each other",
      true,
      [write("a", "b", 0, 1), write("b", "c", 2, 3), read("c", 4, 5)],
    ],
    ["with two writes over the same version", false, [write("a", "b", 0, 9), write("a", "c", 0, 9)]],
    ["with a read of a version that was replaced before it", false, [write("a", "b", 0, 1), read("a", 2, 3)]],
    ["with a read while the write goes on", true, [write("a", "b", 0, 9), read("a", 2, 3), read("b", 4, 5)]],
    ["with a read that goes back", false, [write("a", "b", 0, 9), read("b", 2, 3), read("a", 4, 5)]],
    [
      "with an unknown write that others have seen",
      true,
      [unknown("a", 0), read("x", 1, 2), write("x", "c", 3, 4)],
    ],
    [
      "with an unknown write that was not made",
      true,
      [unknown("a", 0), write("a", "b", 1, 2), read("b", 3, 4)],
    ],
    ["with a version that no write made", false, [read("x", 1, 2), write("a", "b", 3, 4)]],
    ["with a write over a version that comes later", false, [write("b", "c", 0, 1), write("a", "b", 2, 3)]],
  ])("%s: %s", (_, expected, operations) => {
    expect(isPath("a", operations)).toBe(expected);
  });

  test("is judged as a search through every order judges it", () => {
    const tag = fc.constantFrom("a", "b", "c", "x");
    const span = fc.tuple(fc.nat(6), fc.nat(4)).map(([start, length]) => ({ start, end: start + length }));
    const operation = fc.oneof(
      fc.tuple(tag, span).map(([of, { start, end }]) => read(of, start, end)),
      fc
        .tuple(tag, fc.constantFrom("b", "c"), span)
        .map(([of, made, { start, end }]) => write(of, made, start, end)),
      fc.tuple(tag, fc.nat(6)).map(([of, start]) => unknown(of, start)),
    );
    let possible = 0;
    const history = fc.uniqueArray(operation, {
      maxLength: 4,
      // A tag is made once: what is received twice is reported elsewhere.
      selector: (each) => (each.kind === "write" ? each.received : {}),
    });
    fc.assert(
      fc.property(history, (operations) => {
        const expected = isPossible(operations);
        if (expected) possible++;
        expect(isPath("a", operations)).toBe(expected);
      }),
      { numRuns: 3_000 },
    );
    expect(possible).toBeGreaterThan(100);
  });
});

/** Every subset of the unknown writes, under every tag, in every order. */
function isPossible(operations: readonly Operation[]): boolean {
  const told = ["a", ...operations.flatMap((each) => (each.kind === "write" ? [each.received] : []))];
  const names = ["b", "c", "x"].filter((tag) => !told.includes(tag));
  const certain = operations.filter((each) => each.kind !== "unknown");
  const doubtful = operations.filter((each) => each.kind === "unknown");
  return subsets(doubtful).some((made) =>
    orders([...certain, ...made]).some((order) => replays(order, names)),
  );
}

function replays(order: readonly Operation[], names: readonly string[]): boolean {
  const isInTime = order.every((later, i) =>
    order.slice(0, i).every((earlier) => later.kind === "unknown" || earlier.start <= later.end),
  );
  return isInTime && runs("a", order, names);
}

function runs(tag: string, [next, ...rest]: readonly Operation[], names: readonly string[]): boolean {
  if (!next) return true;
  if (next.kind === "read") return next.tag === tag && runs(tag, rest, names);
  if (next.sent !== tag) return false;
  if (next.kind === "write") return runs(next.received, rest, names);
  // It may also have made a tag that no client has seen. Then only the version before it can follow.
  return (
    rest.length === 0 ||
    names.some((name) =>
      runs(
        name,
        rest,
        names.filter((each) => each !== name),
      ),
    )
  );
}

function subsets<T>(list: readonly T[]): T[][] {
  const [first, ...rest] = list;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
}

function orders<T>(list: readonly T[]): T[][] {
  if (list.length === 0) return [[]];
  return list.flatMap((item, i) => orders(list.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
