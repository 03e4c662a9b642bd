import { anyFunction, checkOptions } from "@entity-tag/core/adapter";
import { checkRecipe, integerFrom, shown } from "./checks.ts";
import { randomKey } from "./update/idempotency-key.ts";
import type { Recipe } from "./update/snapshot.ts";

/** Where a document keeps the ids of operations. Every writer of the document must use the same place. */
export interface StampOptions<T> {
  /** The ids in a document, oldest first. Default: its member `_operations`. */
  read?: (document: T) => readonly string[] | undefined;
  /** A copy of the document with these ids instead. Default: in its member `_operations`. */
  write?: ((document: T, ids: readonly string[]) => T) | undefined;
  /**
   * How many ids a document keeps. Other writers must not be able to add so many before a client has checked its own
   * write. Default: 256.
   */
  keep?: number | undefined;
}

/**
 * A recipe that writes the id of each operation into the document, and recognises it there after an answer was lost.
 *
 * So an update is made exactly once on any server that keeps the member, with no ledger of keys. The document keeps
 * the newest 256 ids. Writers that do not stamp must leave the member as it is. If the list of ids was cut or removed,
 * so that an id may have been lost, the update ends with an `AmbiguousWriteError`.
 *
 * @throws {TypeError} on a value that is not a recipe and on an unknown option. The new recipe throws it if the
 * document is not an object and no `write` is given
 * @example
 * const visit = stamped<{ visits: number }>((page) => ({ ...page, visits: page.visits + 1 }));
 * const context = { attempt: 1, base: undefined, mine: undefined, etag: '"v1"', signal: new AbortController().signal };
 * const sent = await visit({ visits: 1 }, context);
 * sent?.visits; // 2
 * visit.wasApplied?.(sent!, sent!); // true
 * @see RFC 9110 §9.2.2
 */
export function stamped<T>(recipe: Recipe<T>, options: StampOptions<T> = {}): Recipe<T> {
  checkRecipe(recipe, "stamped()");
  checkOptions(options, { read: anyFunction(), write: anyFunction(), keep: integerFrom(2) }, "stamped()");
  const { read = readMember, write = writeMember, keep = 256 } = options;
  const idsOf = (document: T) => listOf(read(document));

  const stamping: Recipe<T> = async (current, context) => {
    // Read before the recipe runs, because the recipe may change the object.
    const ids = idsOf(current);
    const next = await recipe(current, context);
    if (next === undefined) return undefined;
    const id = randomKey(72);
    const stamped = write(next, [...ids, id].slice(-keep));
    if (stamped === undefined || !idsOf(stamped).includes(id)) {
      throw new TypeError(
        `Cannot stamp ${shown(next)}: \`read\` does not find the ids in what \`write\` returned. Return the document`,
      );
    }
    // Returns the same object, so that a merge patch removes what the recipe deleted in it.
    const isSame = next === current && typeof next === "object" && Object.isExtensible(next);
    return isSame ? Object.assign(next as object, stamped) : stamped;
  };
  stamping.wasApplied = (latest, sent) => isAmong(idsOf(latest), idsOf(sent), keep);
  return stamping;
}

/**
 * Whether the document has the last id that was sent; `undefined` if there is no way to tell.
 *
 * Without that id, the write was not made, but only if no id can have been dropped since. That is certain if the list
 * still has the previous id. If there was no previous id, it is certain as long as the list is not full.
 */
function isAmong(there: readonly string[], sent: readonly string[], keep: number): boolean | undefined {
  const [before, own] = sent.length > 1 ? sent.slice(-2) : [undefined, sent[0]];
  if (own !== undefined && there.includes(own)) return true;
  const reachesBack = before === undefined ? there.length > 0 && there.length < keep : there.includes(before);
  return reachesBack ? false : undefined;
}

function listOf(ids: unknown): readonly string[] {
  return Array.isArray(ids) ? ids.filter((id) => typeof id === "string") : [];
}

function readMember(document: unknown): readonly string[] | undefined {
  return (document as { _operations?: readonly string[] } | null)?._operations;
}

function writeMember<T>(document: T, ids: readonly string[]): T {
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    return { ...document, _operations: ids };
  }
  throw new TypeError(
    `Cannot stamp ${shown(document)}: it is not an object. Give read and write, which say where the ids are`,
  );
}
