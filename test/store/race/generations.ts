import { forks } from "./history.ts";

/** A document that remembers every write since its creation. */
export interface Ledger {
  /** The write that created it. */
  generation: string;
  /** That write and every later one. */
  writes: Record<string, true>;
}

/** One acknowledged write among creates, changes and deletes. */
export type Entry =
  | { kind: "create" | "change"; client: number; sent?: string | undefined; received: string; after: Ledger }
  | { kind: "delete"; client: number; sent?: string | undefined; before?: Ledger | undefined };

/**
 * The results of writes with lists, `*` and exact tags; the key is absent at first. `sent`: the one tag that can have
 * matched.
 */
export interface Lifetimes {
  entries: readonly Entry[];
  last: Ledger | null;
}

/** All facts in these lifetimes that contradict one write after the other. The list is empty if they all agree. */
export function disorder({ entries, last }: Lifetimes): string[] {
  const made = entries.filter((entry) => entry.kind !== "delete");
  const deleted = entries.filter((entry) => entry.kind === "delete");
  const edges = entries.flatMap(({ client, sent, ...entry }) =>
    sent ? [{ client, sent, received: "received" in entry ? entry.received : "nothing" }] : [],
  );
  const generations = Map.groupBy(made, ({ after }) => after.generation);
  const ends = [...deleted.flatMap(({ before }) => before ?? []), ...(last ? [last] : [])];
  return [
    ...balance(made.filter(({ kind }) => kind === "create").length, deleted.length, last),
    ...forks(edges),
    ...reused(made.map(({ received }) => received)),
    ...[...generations].flatMap(([name, writes]) => gaps(name, writes)),
    ...ends.flatMap((end) => ended(end, generations.get(end.generation)?.length ?? 0)),
    ...unended(generations.size - ends.length, deleted.filter(({ before }) => !before).length),
  ];
}

/** Each generation begins with one 201 and ends with one delete. */
function balance(created: number, deleted: number, last: Ledger | null): string[] {
  const alive = last ? 1 : 0;
  if (created - deleted === alive) return [];
  return [`${created} creates and ${deleted} deletes were acknowledged, and ${alive} is there`];
}

function reused(tags: readonly string[]): string[] {
  return tags.filter((tag, index) => tags.indexOf(tag) !== index).map((tag) => `reused version: ${tag}`);
}

/**
 * In one generation every write contains all earlier ones: the first contains one write, itself, the n-th contains n.
 */
function gaps(generation: string, writes: readonly { client: number; after: Ledger }[]): string[] {
  const sorted = writes.toSorted((a, b) => size(a.after) - size(b.after));
  return sorted.flatMap(({ client, after }, index) => {
    const before = sorted[index - 1]?.after.writes ?? {};
    const missing = Object.keys(before).filter((write) => !after.writes[write]);
    if (size(after) === index + 1 && missing.length === 0) return [];
    return [
      `lost update: client ${client} wrote number ${index + 1} of ${generation}, on top of ${size(after) - 1}, without ${missing}`,
    ];
  });
}

/** The version that was deleted, or that exists at the end, is the last version of its generation. */
function ended(end: Ledger, writes: number): string[] {
  return size(end) === writes
    ? []
    : [`${end.generation} had ${writes} writes, ${size(end)} of them were there when it ended`];
}

/** A generation whose end no client saw was ended by a `DELETE` under `If-Match: *`. */
function unended(generations: number, deletes: number): string[] {
  return generations === deletes ? [] : [`${generations} generations ended unseen, by ${deletes} deletes`];
}

function size({ writes }: Ledger): number {
  return Object.keys(writes).length;
}
