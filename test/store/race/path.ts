/** A read or a write by a client, with the moments between which it took effect. */
export type Operation =
  | { kind: "read"; tag: string; start: number; end: number }
  | { kind: "write"; sent: string; received: string; start: number; end: number }
  /** It is unknown whether it was made, and under which tag. */
  | { kind: "unknown"; sent: string; start: number };

/**
 * Whether this history can have happened to one record whose every version has its own tag. Acknowledged writes form
 * one path, unknown writes may be part of it, and all are on it in the order of real time.
 *
 * Tags say which write follows which, so there are few orders to try. A step is the acknowledged write over the current
 * tag, or an unknown write over it, to a tag that a client has seen but no answer has named.
 */
export function isPath(first: string, operations: readonly Operation[]): boolean {
  const told = new Set([
    first,
    ...operations.flatMap((each) => (each.kind === "write" ? [each.received] : [])),
  ]);
  const seen = operations.flatMap((each) => (each.kind === "read" ? [each.tag] : [each.sent]));
  const untold = new Set(seen.filter((tag) => !told.has(tag)));
  return goesOn(first, operations, untold, 0);
}

/** `tag` is the current one, and all remaining operations must happen at `now` or later. */
function goesOn(tag: string, left: readonly Operation[], untold: ReadonlySet<string>, now: number): boolean {
  if (left.every((each) => each.kind === "unknown")) return true;
  return left.some((next) => {
    const others = left.filter((each) => each !== next);
    // An operation cannot happen after one that began when it had already ended.
    const isDue = others.every((each) => each.kind === "unknown" || next.start <= each.end);
    const moment = Math.max(now, next.start);
    if (!isDue || (next.kind !== "unknown" && moment > next.end)) return false;
    if (next.kind === "read") return next.tag === tag && goesOn(tag, others, untold, moment);
    if (next.sent !== tag) return false;
    if (next.kind === "write") return goesOn(next.received, others, untold, moment);
    return [...untold].some((made) => goesOn(made, others, without(untold, made), moment));
  });
}

function without(tags: ReadonlySet<string>, tag: string): ReadonlySet<string> {
  return new Set([...tags].filter((each) => each !== tag));
}
