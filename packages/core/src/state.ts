import { checkedTag, type EntityTag } from "./entity-tag.ts";
import { isRecord } from "./given.ts";

/**
 * Facts about the selected representation. Each is optional: `{}` is a resource without a validator.
 *
 * An object of the application that has other members, too, is also a state.
 *
 * @see RFC 9110 §8.8
 */
export interface State {
  /** The tag of the selected representation. */
  etag?: EntityTag | undefined;
  /** Other tags of this same version, such as that of its XML form. `If-Match` accepts them. */
  alternates?: readonly EntityTag[] | undefined;
  /**
   * The codings that an intermediary may apply. With `["gzip"]`, `"v1-gzip"` names `"v1"`, too: always in
   * `If-Match`, in `If-None-Match` if `Accept-Encoding` admits that coding, never in `If-Range`. `If-Match` accepts the
   * codings of the alternates, too.
   */
  codings?: readonly string[] | undefined;
  /** Milliseconds since the epoch, or a `Date`, truncated to whole seconds for a comparison. */
  lastModified?: number | Date | undefined;
  /** True when the representation cannot have changed twice in that second (§8.8.2.2). Default: false. */
  lastModifiedStrong?: boolean | undefined;
}

/** The state of the target resource; `null`: it does not exist. */
export type Current = State | null;

const MEMBERS = ["etag", "alternates", "codings", "lastModified", "lastModifiedStrong"];
/** Names of options that protect. In a state they have no effect, so they are refused there. */
const OPTIONS = ["current", "require", "ifMatch", "malformed"];

/**
 * The state, after all of it was checked. This finds a mistake at once. Otherwise the first client with a condition
 * would meet it, and its write would pass.
 *
 * @throws {TypeError} if it is not a state, if a member has another spelling, or if a value is not valid
 * @example
 * checkedState({ etag: '"v1"' }); // { etag: '"v1"' }
 */
export function checkedState(current: Current): Current {
  checkValidators(current);
  if (current === null) return current;
  checkShape(current);
  for (const name of OPTIONS) {
    if (name in current) throw new TypeError(`A state has no \`${name}\`: give it as an option`);
  }
  const { lastModifiedStrong } = current;
  if (lastModifiedStrong !== undefined && typeof lastModifiedStrong !== "boolean") {
    throw new TypeError(`\`lastModifiedStrong\` is ${JSON.stringify(lastModifiedStrong)}: use true or false`);
  }
  checkList(current.alternates, "alternates").forEach(checkedTag);
  checkCodings(current.codings);
  return current;
}

let lastChecked: EntityTag | undefined;

/**
 * Like {@link checkedState}, but cheap enough for every request: it reads only the validators, and the names of the
 * members once for each tag (decision 7).
 *
 * @throws {TypeError} if this is not a state, or a tag or a time in it is not valid
 * @example
 * checkValidators({ etag: '"v1"' }); // undefined
 */
export function checkValidators(current: Current): void {
  if (current === null) return;
  // The same state is often given again.
  if (current?.etag === undefined || current.etag !== lastChecked) checkNew(current);
  if (current.lastModified !== undefined) timeOf(current.lastModified);
}

function checkNew(current: State): void {
  checkShape(current);
  if (current.etag !== undefined) lastChecked = checkedTag(current.etag);
}

let lastCodings: readonly string[] | undefined;

function checkCodings(codings: readonly string[] | undefined): void {
  // The same list is often given again.
  if (codings === lastCodings) return;
  for (const coding of checkList(codings, "codings")) {
    if (typeof coding !== "string" || coding === "") {
      throw new TypeError(`\`codings\` has a member ${JSON.stringify(coding)}: use names, as in ["gzip"]`);
    }
    checkedTag(`"${coding}"`);
  }
  lastCodings = codings;
}

/** Checks the names of the members. */
export function checkShape(current: State): void {
  if (!isRecord(current)) throw noState(current);
  for (const name in current) {
    if (!MEMBERS.includes(name)) checkSpelling(name);
  }
}

function noState(given: unknown): TypeError {
  const json = JSON.stringify(given);
  const text = json === undefined || json === "{}" ? String(given) : json;
  return new TypeError(
    `The current state is ${text}: use null if nothing is here, {} if it has no validator, or { etag }`,
  );
}

function checkSpelling(name: string): void {
  const meant = MEMBERS.find((member) => member.toLowerCase() === plainName(name));
  if (meant !== undefined) throw new TypeError(`A state has no \`${name}\`: did you mean \`${meant}\`?`);
}

/** Milliseconds since the epoch. */
export function timeOf(time: number | Date): number {
  const ms = isDate(time) ? time.getTime() : time;
  if (Number.isFinite(ms)) return ms;
  throw new TypeError(`lastModified ${String(time)} is not a valid time: use milliseconds or a Date`);
}

/**
 * True for a `Date` of any realm: Jest gives each test file a `Date` of its own, and `fs` makes dates of the original.
 */
export function isDate(value: unknown): value is Date {
  return typeof (value as Date | null | undefined)?.getTime === "function";
}

function checkList<T>(value: readonly T[] | undefined, name: string): readonly T[] {
  if (value === undefined || Array.isArray(value)) return value ?? [];
  throw new TypeError(`\`${name}\` is ${String(value)}: use a list`);
}

/** A name in the form that all its spellings share: without capitals, `_` and `-`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}
