import { shown } from "../checks.ts";
import { isUsableTag } from "../usable-tag.ts";
import { copyOf } from "./copy.ts";
import { type Seen, snapshotOf } from "./seen.ts";
import type { Snapshot } from "./snapshot.ts";

/** The url, as text. @throws {TypeError} if no request can be sent there */
export function checkedUrl(url: unknown): string {
  const text = url instanceof URL ? url.href : url;
  if (typeof text === "string" && text !== "") return text;
  throw new TypeError(`Cannot use ${shown(url)} as a url: use an absolute one`);
}

/** A snapshot in the form of a new read, or `undefined` if the target is a url. */
export function givenSnapshot<T>(target: string | URL | Snapshot<T>): Seen<T> | undefined {
  if (typeof target === "string" || target instanceof URL) return undefined;
  if (typeof target !== "object" || target === null || !("value" in target)) {
    throw new TypeError(
      `Cannot use ${shown(target)} as a target: use a url or a Snapshot { url, value, etag }`,
    );
  }
  const { value, etag } = target;
  if (etag !== undefined && (typeof etag !== "string" || !isUsableTag(etag))) {
    throw new TypeError(
      `Cannot use ${shown(etag)} as the etag of a Snapshot: use one tag as the server sent it, with its quotes`,
    );
  }
  const url = checkedUrl(target.url);
  const copy = copyOf(value);
  return {
    // If the write fails, the caller may start from the same Snapshot again. So the recipe gets a copy.
    snapshot: snapshotOf(url, copyOf(value), etag),
    response: new Response(null, { status: 304 }),
    again: () => copyOf(copy),
    given: value,
  };
}
