/** The suites, in the order of measuring and showing them. Each is a file in `suites/`. */
export const suiteNames = [
  "tag-list",
  "entity-tag",
  "http-date",
  "evaluate",
  "make-tag",
  "respond",
  "serve",
  "store",
  "deno-kv",
  "client",
  "size",
] as const;
export type SuiteName = (typeof suiteNames)[number];
