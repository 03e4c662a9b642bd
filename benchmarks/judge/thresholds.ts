import type { SuiteName } from "../measure/suite-names.ts";

/**
 * The contender that ours is measured against: one by name, in the same case unless another is named, or the best
 * one.
 */
export interface Reference {
  name: "the best peer" | (string & {});
  case?: string;
}

interface Common {
  /** A row of the table: what is compared. */
  what: string;
  suite: SuiteName;
  case: string;
  ours: string;
  /** The promise of the project, on an idle machine. */
  goal: number;
  /** The day on which it was set: earlier results may lack its figure. */
  since?: string;
  /** The limit of `--check`. It leaves room for the noise of a busy machine with two cores. */
  check: number;
}

export type Threshold = Common &
  (
    | { kind: "at least so many times as fast" | "at most so many times the cost"; against: Reference }
    | { kind: "at most so many bytes allocated" | "at most so many bytes to load" }
    /** `case` is a plot: at the worst step, the growth of the cost divided by the growth of the input. */
    | { kind: "grows at most so much faster than the input" }
  );

const byHand: Reference = { name: "fetch with the tag by hand" };
const loop: Reference = { name: "a loop by hand" };
const CONTENT = "304 on Node, the tag is made from the content";
const best: Reference = { name: "the best peer" };
const scan: Reference = { name: "one indexOf" };
const fresh: Reference = { name: "fresh" };
const reads: Reference = { name: "its reads alone" };
const hash: Reference = { name: "the raw SHA-256" };
const STORES_SINCE = { since: "2026-11-27" };
const bare: Reference = { name: "node:http and one ===" };

export const thresholds: readonly Threshold[] = [
  ...list("the same tag alone", "one tag, the same", 10, 7),
  // Below the floor of comparing a part of a string: decision 5.
  ...list("its weak spelling", "one tag, its weak spelling", 4, 2.2),
  ...list("another tag", "one tag, another", 6, 5),
  ...list("ten tags, the last matches", "ten tags, the last matches", 1.5, 1.25),
  ...list("a hundred tags, none matches", "a hundred tags, none matches", 3, 2.5),
  scanned("a hundred tags, none matches, against one native scan", "a hundred tags, none matches", 1.3, 1.5),
  scanned("16 kB of spaces, against one native scan", "16 kB of spaces", 2, 2.5),
  scanned("16 kB of quotes, against one native scan", "16 kB of quotes", 2, 2.5),
  scanned("16 kB of commas, against one native scan", "16 kB of commas", 2, 2.5),
  scanned("16 kB of W/, against one native scan", "16 kB of W/", 2, 2.5),
  scanned(
    "16 kB of tags that differ in the last character, against one native scan",
    "16 kB of tags that are ours but for the last character",
    2,
    2.5,
  ),
  {
    what: "a field of twice the length, read whole: beyond twice the cost",
    suite: "tag-list",
    case: "Characters in the field, spaces between two tags",
    ours: "listIncludes",
    kind: "grows at most so much faster than the input",
    goal: 1.3,
    check: 1.3,
  },
  {
    what: "evaluate, unconditional, against its own reads",
    ...{ suite: "evaluate", case: "plain bag: unconditional", ours: "evaluate" },
    ...{ kind: "at most so many times the cost", against: reads, goal: 1.3, check: 1.45 },
  },
  allocated("evaluate, unconditional", {
    ...{ suite: "evaluate", case: "plain bag: unconditional", ours: "evaluate" },
  }),
  {
    what: "looking on Node for a condition that did not come, against fresh",
    ...{ suite: "evaluate", case: "Node request: unconditional", ours: "checkPreconditions of node" },
    ...{ kind: "at most so many times the cost", against: fresh, goal: 2, check: 2.1, since: "2026-11-26" },
  },
  // Below the floor of reading the fields: decision 5.
  ...decision("If-None-Match, the same tag", 5, 1.3),
  ...decision("both dates", 3, 1.6),
  {
    what: "parseDate, against Date.parse",
    ...{ suite: "http-date", case: "IMF-fixdate", ours: "parseDate" },
    ...{ kind: "at least so many times as fast", against: { name: "Date.parse" }, goal: 3, check: 2.5 },
  },
  ...contentTags("1 kB", 1.3, 1.15),
  ...contentTags("100 kB", 1, 0.85),
  served("checkPreconditions, against bare node:http", "checkPreconditions", bare, 0.87, 0.75),
  served("conditional(), against bare node:http", "conditional()", bare, 0.8, 0.55),
  served(
    "Express with conditional(), against Express, tags known",
    "Express with conditional()",
    { name: "Express" },
    0.95,
    0.8,
  ),
  {
    ...served(
      "Express with conditional(), against Express, tags made",
      "Express with conditional()",
      { name: "Express" },
      1,
      0.8,
    ),
    case: CONTENT,
  },
  served(
    "checkPreconditions, against Express with its own tags",
    "checkPreconditions",
    own("Express"),
    2,
    1.3,
  ),
  served(
    "checkPreconditions, against Fastify with its own tags",
    "checkPreconditions",
    own("Fastify with @fastify/etag"),
    1.3,
    // On a slow machine even a bare handler is only 0.88 times as fast: docs/decisions/0005.
    0.85,
  ),
  // A handler by hand leaves out the checks that are measured here: docs/decisions/0005.
  ...stored("memory", 0.35, 0.3),
  ...stored("SQLite", 0.4, 0.25),
  ...stored("PostgreSQL, pg", 0.5, 0.4),
  ...stored("PostgreSQL, postgres.js", 0.4, 0.35),
  ...stored("Redis, node-redis", 0.35, 0.25),
  ...stored("Redis, ioredis", 0.35, 0.25),
  ...stored("Deno KV", 0.25, 0.25, "deno-kv"),
  ...["SQLite", "PostgreSQL, pg", "Redis, node-redis"].flatMap((name) => [
    ...fair(name),
    revalidated(name, "10 MB", 0.2),
  ]),
  revalidated("Deno KV", "64 kB", 0.3, "deno-kv"),
  // Where these fall short: docs/decisions/0005.
  client("a revalidated read of 1 kB", "conditionalFetch", byHand, 0.87, 0.5),
  client("a revalidated read of 1 kB", "conditionalFetch", best, 1.5, 1.2),
  client("a revalidated read of 1 MB", "conditionalFetch", byHand, 0.87, 0.5),
  client("a revalidated read of 1 kB, twenty at once", "conditionalFetch", byHand, 0.87, 0.87),
  client("a revalidated read of 1 kB, twenty at once", "conditionalFetch", best, 1.5, 1.2),
  client("an update", "update", loop, 0.95, 0.65),
  client("an update of one document, eight at once", "update", loop, 0.95, 0.4),
  {
    what: "memory of a kept answer of 1 kB, among 10,000, against a Map of the pages",
    ...{ suite: "client", case: "memory of 10,000 kept answers of 1 kB, for one", ours: "conditionalFetch" },
    ...{ kind: "at most so many times the cost", against: byHand, goal: 2.5, check: 3, since: "2026-11-27" },
  },
  {
    ...size("conditionalFetch", "a client that keeps pages", "conditionalFetch", 5000, 8400),
    since: "2026-11-27",
  },
  {
    ...size(
      "update, beside core",
      "a client that updates",
      "update with its errors, beside core",
      3000,
      7760,
    ),
    since: "2026-11-27",
  },
  {
    ...size("rfc9111, beside core", "a client that keeps pages", "rfc9111, beside core", 3500),
    since: "2026-11-27",
  },
  size("listIncludes", "one tag in a list", "listIncludes", 600, 680),
  size("evaluate", "the decision", "evaluate", 2100, 3450),
  size("all of core", "values and decisions", "all of @entity-tag/core", 3800, 5250),
  size(
    "the adapter for Node, beside core",
    "middleware on Node",
    "@entity-tag/node, beside core",
    3000,
    7690,
  ),
];

function list(what: string, name: string, goal: number, check: number): Threshold[] {
  const common = { suite: "tag-list", case: name, ours: "listIncludes" } as const;
  return [
    {
      what: `listIncludes, ${what}, against the best that answers rightly`,
      ...common,
      ...{ kind: "at least so many times as fast", against: best, goal, check },
    },
    allocated(`listIncludes, ${what}`, common),
  ];
}

/** Leaves room for a garbage collection during the measurement, which counts as some bytes. */
function allocated(what: string, common: Pick<Threshold, "suite" | "case" | "ours">): Threshold {
  return {
    ...{ what: `${what}, bytes allocated`, ...common },
    ...{ kind: "at most so many bytes allocated", goal: 0, check: 8 },
  };
}

function scanned(what: string, name: string, goal: number, check: number): Threshold {
  return {
    what: `listIncludes, ${what}`,
    ...{ suite: "tag-list", case: name, ours: "listIncludes" },
    ...{ kind: "at most so many times the cost", against: scan, goal, check },
  };
}

function decision(name: string, goal: number, check: number): Threshold[] {
  const common = { suite: "evaluate", case: `plain bag: ${name}`, ours: "evaluate" } as const;
  return [
    {
      what: `evaluate, ${name}, against fresh`,
      ...common,
      ...{ kind: "at least so many times as fast", against: fresh, goal, check },
    },
    allocated(`evaluate, ${name}`, common),
  ];
}

function contentTags(name: string, goal: number, check: number): Threshold[] {
  const common = { suite: "make-tag", case: name, ours: "contentTag of node" } as const;
  return [
    {
      what: `contentTag of ${name}, against etag`,
      ...common,
      ...{ kind: "at least so many times as fast", against: { name: "etag" }, goal, check },
    },
    {
      what: `contentTag of ${name}, against the raw hash`,
      ...common,
      ...{ kind: "at most so many times the cost", against: hash, goal: 1.5, check: 2 },
    },
  ];
}

function served(what: string, ours: string, against: Reference, goal: number, check: number): Threshold {
  return {
    what: `304 on Node: ${what}`,
    ...{ suite: "serve", case: "304 on Node, the handler knows the tag", ours },
    ...{ kind: "at least so many times as fast", against, goal, check },
  };
}

/** Measured as users have it: the tag is made from the content of each answer. */
function own(name: string): Reference {
  return { name, case: CONTENT };
}

/** Writes of `resource` and `mutate`, against handlers that send the same statements. */
function stored(driver: string, check: number, keyed: number, suite: SuiteName = "store"): Threshold[] {
  const faster = { suite, kind: "at least so many times as fast", ...STORES_SINCE } as const;
  const byHand = { ...faster, against: { name: "by hand" }, goal: 0.9, check };
  const change = `${driver}: a change of the value`;
  return [
    {
      what: `${driver}: PUT by resource, against the same statements by hand`,
      ...{ ...byHand, case: `${driver}: PUT with If-Match`, ours: "resource" },
    },
    {
      what: `${driver}: a change by mutate, against the same statements by hand`,
      ...{ ...byHand, case: change, ours: "mutate" },
    },
    {
      what: `${driver}: a change by mutate with an Idempotency-Key, against one without`,
      ...{ ...faster, case: change, ours: "mutate, with a key" },
      ...{ against: { name: "mutate" }, goal: 0.5, check: keyed },
    },
  ];
}

function revalidated(driver: string, size: string, check: number, suite: SuiteName = "store"): Threshold {
  return {
    what: `${driver}: a 304 of ${size} by resource, against the same statement by hand`,
    ...{ suite, case: `${driver}: a 304 of ${size}`, ours: "resource", ...STORES_SINCE },
    ...{ kind: "at least so many times as fast", against: { name: "by hand" }, goal: 0.9, check },
  };
}

/** Writers of one key. A ratio of two times on one machine, so the goal is nearly the limit. */
function fair(driver: string): Threshold[] {
  const common = { suite: "store", kind: "at most so many times the cost", ...STORES_SINCE } as const;
  return [
    {
      what: `${driver}: the slowest of a hundred among 256 writers of one key, against 64`,
      ...{ ...common, case: `${driver}: the slowest of a hundred writers of one key` },
      ...{ ours: "256 writers", against: { name: "64 writers" }, goal: 6, check: 8 },
    },
    {
      what: `${driver}: writes of five quick writers for each write of a slow one`,
      ...{ ...common, case: `${driver}: a slow writer among quick ones`, ours: "a write of the slow one" },
      ...{ against: { name: "a write of the quick ones" }, goal: 20, check: 20 },
    },
    {
      what: `${driver}: 64 writers of one key by mutate, against by hand`,
      ...{ suite: "store", kind: "at least so many times as fast", ...STORES_SINCE },
      ...{ case: `${driver}: 64 writers of one key`, ours: "mutate" },
      ...{ against: { name: "by hand" }, goal: 0.9, check: 0.6 },
    },
  ];
}

/** Judged by the client's own processor time in `--check`, as servers are by theirs. */
function client(name: string, ours: string, against: Reference, goal: number, check: number): Threshold {
  return {
    what: `${ours}, ${name}, against ${against.name}`,
    ...{ suite: "client", case: name, ours, since: "2026-11-27" },
    ...{ kind: "at least so many times as fast", against, goal, check },
  };
}

/** Sizes are equal on every machine, so they need no room for noise. */
function size(what: string, name: string, ours: string, goal: number, check = goal): Threshold {
  return {
    what: `${what}, in a bundle`,
    ...{ suite: "size", case: name, ours, kind: "at most so many bytes to load", goal, check },
  };
}
