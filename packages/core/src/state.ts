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
 */
export function checkedState(current: Current): Current {
  if (current === null) return current;
  if (!isRecord(current)) {
    throw new TypeError(
      `The current state is ${shown(current)}: use null if nothing is here, {} if it has no validator, or { etag }`,
    );
  }
  for (const name in current) {
    const meant = MEMBERS.includes(name)
      ? undefined
      : MEMBERS.find((member) => plain(member) === plain(name));
    if (meant !== undefined) throw new TypeError(`A state has no \`${name}\`: did you mean \`${meant}\`?`);
  }
  const { etag, alternates, codings, lastModified } = current;
  if (etag !== undefined) checkedTag(etag);
  if (alternates !== undefined) list(alternates, "alternates").forEach(checkedTag);
  if (codings !== undefined) checkCodings(codings);
  if (lastModified !== undefined) timeOf(lastModified);
  return current;
}

let lastChecked: EntityTag | undefined;

/** As {@link checkedState}, for every request: whatever names a validator is right in its spelling. */
export function checkValidators(current: Current): void {
  const etag = current?.etag;
  if (etag === undefined) return void checkedState(current);
  // The same state is asked for again and again.
  if (etag !== lastChecked) lastChecked = checkedTag(etag);
  if (current!.lastModified !== undefined) timeOf(current!.lastModified);
}

/** @throws {TypeError} if it is not a list of names that can stand in a tag */
export function checkCodings(codings: readonly string[]): void {
  for (const coding of list(codings, "codings")) {
    if (typeof coding !== "string" || coding === "") {
      throw new TypeError(`\`codings\` has ${shown(coding)}: use names of codings, as in ["gzip"]`);
    }
    checkedTag(`"${coding}"`);
  }
}

/** Milliseconds since the epoch. */
export function timeOf(time: number | Date): number {
  const isDate = typeof time === "object" && time !== null && typeof time.getTime === "function";
  const ms = isDate ? time.getTime() : time;
  if (typeof ms === "number" && Number.isFinite(ms)) return ms;
  throw new TypeError(`lastModified ${shown(time)} is not a valid time: use milliseconds or a Date`);
}

/** How a message shows a value that was given. */
export function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value === "string" || Array.isArray(value) || isRecord(value)) return jsonOf(value);
  return typeof value === "object" && value !== null ? `a ${builtIn(value)}` : String(value);
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return `a ${builtIn(value)}`;
  }
}

function builtIn(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** An object that may hold members by name: not a promise, an array, a `Headers`, a `Map` or a `Date`. */
export function isRecord(value: unknown): value is object {
  return builtIn(value) === "Object" && typeof (value as { then?: unknown }).then !== "function";
}

function list<T>(value: readonly T[], name: string): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`\`${name}\` is ${shown(value)}: use a list`);
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, "");
}
