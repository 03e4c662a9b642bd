/** Each is a file in `suites/`, in the order in which they are measured and shown. */
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
