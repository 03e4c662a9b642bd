import { shownGiven } from "./given.ts";
import type { Member, Swap, Versioned, VersionInfo } from "./versioned-store.ts";

const STATE = "null, or { value, version } with a string as the version";
const SWAP = `{ swapped: false }, or { swapped: true, current } where current is ${STATE}`;

/**
 * Checks the state that a store returned. Without a version, all states would have one tag, so each `If-Match` would
 * hold and updates would be lost.
 */
export function checkFound<F extends VersionInfo | null>(found: F, method: string): F {
  if (isState(found)) return found;
  throw wrongReturn(method, shownState(found), STATE);
}

/** Checks the result of a swap, which may have been made. */
export function checkSwapped<T>(swap: Swap<T>): Swap<T> {
  const { swapped, current } = (swap ?? {}) as Partial<Swap<T>>;
  if (swapped === false && (current === undefined || isState(current))) return swap;
  if (swapped === true && isState(current)) return swap;
  const isSwap = typeof swapped === "boolean";
  throw wrongReturn("swap", isSwap ? `\`current\` as ${shownState(current)}` : shownGiven(swap), SWAP);
}

/** Checks the members that a store listed. */
export function checkMembers<T>(members: Member<T>[]): Member<T>[] {
  const isList = Array.isArray(members);
  if (isList && members.every((member) => isState(member) && typeof member.key === "string")) return members;
  const returned = isList ? "a member without a key or a version" : shownGiven(members);
  throw wrongReturn("list", returned, "a list of { key, value, version }, whose key and version are strings");
}

function isState(found: VersionInfo | null | undefined): found is Versioned<unknown> | null {
  return found === null || typeof found?.version === "string";
}

/** The version alone, because the value may be private. */
function shownState(found: unknown): string {
  if (typeof found !== "object" || found === null) return shownGiven(found);
  return `the version ${shownGiven((found as Partial<VersionInfo>).version)}`;
}

function wrongReturn(method: string, returned: string, use: string): TypeError {
  return new TypeError(`\`${method}\` of the store returned ${returned}: let it return ${use}`);
}
