import { parseTag } from "./entity-tag.ts";
import { parseDate } from "./http-date.ts";
import type { Current } from "./state.ts";

/**
 * A registered symbol, because two copies of this package may meet: an adapter may bring one, and its user another.
 */
const ACCEPTED: unique symbol = /* @__PURE__ */ Symbol.for("@entity-tag/core/accepted-codings");

/**
 * The state, with the codings whose tags are accepted for it. Codings that the state already has take precedence.
 *
 * This is how an adapter applies its option `codings`: it judges `withCodings(await current(request), codings)`.
 *
 * @example
 * withCodings({ etag: '"v1"' }, ["gzip"])?.codings; // ["gzip"]
 * @see RFC 9110 §8.8.3.3
 */
export function withCodings(current: Current, codings: readonly string[] | undefined): Current {
  if (current === null || codings === undefined || current.codings !== undefined) return current;
  // Names each member, because a record of the application may inherit them from its class.
  const { etag, alternates, lastModified, lastModifiedStrong } = current;
  return { etag, alternates, lastModified, lastModifiedStrong, codings };
}

/**
 * The state that a finished answer shows by its fields. An adapter judges it with `lateResponse`.
 *
 * @example
 * const fields = new Headers({ ETag: '"v1"' });
 * stateOfAnswer((name) => fields.get(name), ["gzip"])?.etag; // '"v1"'
 * @see RFC 9110 §13.2.1
 */
export function stateOfAnswer(
  field: (name: "etag" | "last-modified") => string | null | undefined,
  codings: readonly string[] | undefined,
): Current {
  const [etag, lastModified] = [parseTag(field("etag")), parseDate(field("last-modified"))];
  return withCodings({ etag, lastModified }, codings);
}

/**
 * Lets `checkPreconditions` and `conditional` accept the tags of these codings for this request, with no option set.
 *
 * An adapter calls it before the user's handler where it knows of a compressor.
 *
 * @example
 * const request = new Request("https://example.com/", { method: "PUT", headers: { "If-Match": '"v1-gzip"' } });
 * acceptCodings(request, ["gzip"]);
 * checkPreconditions(request, { etag: '"v1"' }); // undefined
 * @see RFC 9110 §8.8.3.3
 */
export function acceptCodings(request: object, codings: readonly string[]): void {
  Object.defineProperty(request, ACCEPTED, { value: codings, configurable: true });
}

export function acceptedCodings(request: object): readonly string[] | undefined {
  return (request as { [ACCEPTED]?: readonly string[] })[ACCEPTED];
}
