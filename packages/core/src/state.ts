import { checkedTag, type EntityTag } from "./entity-tag.ts";

/**
 * Facts about the selected representation. Each may be missing: `{}` is here, but has no validator.
 *
 * An object of the application, with members of its own besides these, is a state, too.
 *
 * @see RFC 9110 §8.8
 */
export interface State {
  /** The tag of the selected representation. */
  etag?: EntityTag | undefined;
  /** Other tags of this same version, such as that of its XML form: they are good for `If-Match`. */
  alternates?: readonly EntityTag[] | undefined;
  /**
   * The codings that something on the way to the client may apply: with `["gzip"]`, `"v1-gzip"` names `"v1"`, too.
   * `If-Match` accepts it always, `If-None-Match` where `Accept-Encoding` admits that coding, `If-Range` never.
   */
  codings?: readonly string[] | undefined;
  /** Milliseconds since the epoch, or a `Date`. Compared in whole seconds, cut off. */
  lastModified?: number | Date | undefined;
  /** It cannot have changed twice in that second (§8.8.2.2). Default: false. */
  lastModifiedStrong?: boolean | undefined;
}

/** The state of the resource that the request is aimed at; `null`: nothing is here. */
export type Current = State | null;

const MEMBERS = ["etag", "alternates", "codings", "lastModified", "lastModifiedStrong"];

/**
 * The state, once every part of it is known to be right. A mistake is found here and not by the first client with a
 * condition, whose write it would let pass.
 *
 * @throws {TypeError} if it is not a state, if a member has another spelling, or if a value is not valid
 * @example
 * checkedState({ etag: '"v1"' }); // { etag: '"v1"' }
 */
export function checkedState(current: Current): Current {
  checkValidators(current);
  if (current === null) return current;
  checkShape(current);
  checkList(current.alternates, "alternates").forEach(checkedTag);
  for (const coding of checkList(current.codings, "codings")) checkedTag(`"${coding}"`);
  return current;
}

let lastChecked: EntityTag | undefined;

/** As {@link checkedState}, for every request: it reads no more than the validators where there is a tag. */
export function checkValidators(current: Current): void {
  if (current === null) return;
  const etag = current?.etag;
  if (etag === undefined) checkShape(current);
  // The same state is asked for again and again.
  else if (etag !== lastChecked) lastChecked = checkedTag(etag);
  if (current.lastModified !== undefined) timeOf(current.lastModified);
}

function checkShape(current: State): void {
  if (!isRecord(current)) {
    const given = JSON.stringify(current) === "{}" ? String(current) : JSON.stringify(current);
    throw new TypeError(
      `The current state is ${given}: use null if nothing is here, {} if it has no validator, or { etag }`,
    );
  }
  for (const name in current) {
    const meant = MEMBERS.find((member) => plain(member) === plain(name));
    if (meant !== undefined && meant !== name) {
      throw new TypeError(`A state has no \`${name}\`: did you mean \`${meant}\`?`);
    }
  }
}

/** Milliseconds since the epoch. */
export function timeOf(time: number | Date): number {
  const isDate = typeof time === "object" && typeof time?.getTime === "function";
  const ms = isDate ? time.getTime() : time;
  if (typeof ms === "number" && Number.isFinite(ms)) return ms;
  throw new TypeError(`lastModified ${String(time)} is not a valid time: use milliseconds or a Date`);
}

/** An object that may hold members by name: not a promise, an array, a `Headers`, a `Map` or a `Date`. */
export function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  // Most are written out where they are given. Asking for the prototype is faster than the name of the class.
  const isPlain =
    Object.getPrototypeOf(value) === Object.prototype ||
    Object.prototype.toString.call(value) === "[object Object]";
  return isPlain && typeof (value as { then?: unknown }).then !== "function";
}

function checkList<T>(value: readonly T[] | undefined, name: string): readonly T[] {
  if (value === undefined || Array.isArray(value)) return value ?? [];
  throw new TypeError(`\`${name}\` is ${String(value)}: use a list`);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}
