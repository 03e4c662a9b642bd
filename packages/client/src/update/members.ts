export type Members = Record<string, unknown>;

/** Whether a value is an object in the sense of JSON. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
