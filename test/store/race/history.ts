import type { Document } from "./document.ts";

/** One acknowledged write: the tag in its If-Match, and the tag in its 2xx. */
export interface Edge {
  client: number;
  sent: string;
  received: string;
}

/** The result of one race. */
export interface Race {
  first: { tag: string; value: Document };
  last: { tag: string; value: Document };
  edges: readonly Edge[];
  /** Answers that were 412. */
  refused: number;
}

/**
 * All faults in this race that a store without lost updates cannot have. The list is empty if the race has no fault.
 */
export function violations(race: Race): string[] {
  return [...conservation(race), ...chain(race)];
}

/** The count moved by exactly the number of acknowledged steps, and at least one write was refused. */
export function conservation({ first, last, edges, refused }: Race): string[] {
  const moved = last.value.count - first.value.count;
  const found: string[] = [];
  if (refused === 0) found.push("no write was refused: the clients never met, so this run proves nothing");
  if (moved < edges.length)
    found.push(`lost updates: ${edges.length} acknowledged, ${moved} there, ${edges.length - moved} lost`);
  if (moved > edges.length) found.push(`unacknowledged writes: ${edges.length} acknowledged, ${moved} there`);
  return found;
}

/** The acknowledged writes form one path: each begins with the tag that the previous one made. */
export function chain({ first, last, edges }: Race): string[] {
  const found = [...forks(edges), ...reused(edges)];
  const next = new Map(edges.map((edge) => [edge.sent, edge.received]));
  let tag = first.tag;
  let steps = 0;
  while (next.has(tag) && steps <= edges.length) {
    tag = next.get(tag) as string;
    steps++;
  }
  if (steps !== edges.length || tag !== last.tag)
    found.push(
      `broken path: ${steps} of ${edges.length} steps from ${first.tag} lead to ${tag}, ${last.tag} is stored`,
    );
  return found;
}

/** Two writes that replaced the same version: the later one overwrote the earlier one unseen. */
export function forks(edges: readonly Edge[]): string[] {
  return shared(edges, (edge) => edge.sent).map(
    ([tag, writers]) => `lost update: ${named(writers)} both replaced ${tag}, one of them unseen`,
  );
}

/** Two writes that made the same version: one tag then stands for two contents. */
function reused(edges: readonly Edge[]): string[] {
  return shared(edges, (edge) => edge.received).map(
    ([tag, writers]) => `reused version: ${named(writers)} both made ${tag}`,
  );
}

function shared(edges: readonly Edge[], by: (edge: Edge) => string): [tag: string, writers: Edge[]][] {
  return [...Map.groupBy(edges, by)].filter(([, writers]) => writers.length > 1);
}

function named(writers: readonly Edge[]): string {
  return writers
    .map(({ client, sent, received }) => `client ${client} (${sent} to ${received})`)
    .join(" and ");
}

/** The answers to one client while servers, networks and connections failed. */
export interface Tally {
  client: number;
  replays: boolean;
  acknowledged: number;
  refused: number;
  /** Writes that were given up without an answer. */
  unknown: number;
  /** Requests that were sent once more. */
  resent: number;
  /** Acknowledged writes: the repeated request was refused, but the client then found its change in a read. */
  found: number;
  /** Answers that were 500. */
  failed: number;
}

/**
 * Clients whose increments do not fit their answers: acknowledged ≤ stored ≤ acknowledged + unknown. For a client that
 * repeats until it is answered, no outcome stays unknown, so the two bounds are equal.
 */
export function miscounts(last: Document, tallies: readonly Tally[]): string[] {
  const found: string[] = [];
  for (const { client, acknowledged, unknown } of tallies) {
    const there = last.by[client] ?? 0;
    if (there < acknowledged)
      found.push(`lost updates: client ${client} has ${acknowledged} acknowledged, ${there} there`);
    if (there > acknowledged + unknown)
      found.push(`client ${client} has ${acknowledged} acknowledged, ${unknown} unknown, but ${there} there`);
  }
  const sum = Object.values(last.by).reduce((total, count) => total + count, 0);
  if (sum !== last.count) found.push(`the count is ${last.count}, the clients' shares add up to ${sum}`);
  return found;
}
