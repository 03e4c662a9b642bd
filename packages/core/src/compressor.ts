import { acceptCodings } from "./accepted-codings.ts";
import { CODINGS, chosenCoding, codedTag, isCoded } from "./content-codings.ts";
import { type EntityTag, isWeak, parseTag, weaken } from "./entity-tag.ts";
import { type ConditionalRequest, isTransfer } from "./evaluate.ts";
import { listIncludes } from "./tag-list.ts";
import { withAcceptEncoding } from "./vary.ts";

/** A compressor that runs after the handler and leaves tags unchanged, and what is known of it beforehand. */
export interface Compressor<Req> {
  /** The codings that it may apply. */
  readonly codings: readonly string[];
  /**
   * The coding that the answer to this request will have; `"identity"`: no coding; `"unsure"`: one of them, or
   * none.
   */
  codingFor(request: Req): string;
}

/**
 * The handler, with a tag for each coding of its answers, so that two codings never share a strong tag. The fields
 * of its requests must be writable.
 *
 * A strong `"v1"` is sent as `"v1-gzip"` when its answer will be coded, and as a weak tag when that is not known.
 * Conditions accept the coded tags, as with `State.codings`. A range is always of the uncoded form.
 *
 * @example
 * const compressor = { codings: ["gzip"], codingFor: () => "gzip" };
 * const handler = withCompressor(conditional(() => new Response("…", { headers: { ETag: '"v1"' } })), compressor);
 * (await handler(new Request("https://example.com/"))).headers.get("ETag"); // '"v1-gzip"'
 * @see RFC 9110 §8.8.3.3
 */
export function withCompressor<Req extends Request, Rest extends unknown[]>(
  handler: (request: Req, ...rest: Rest) => Promise<Response>,
  { codings, codingFor }: Compressor<Req>,
): (request: Req, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const coding = codingFor(request);
    acceptCodings(request, codings);
    if (coding !== "identity" && request.headers.has("If-Range")) request.headers.delete("Range");
    const response = await handler(request, ...rest);
    const etag = parseTag(response.headers.get("ETag"));
    const isDated = response.headers.has("Last-Modified");
    // The compressor itself adds `Vary` to the 200. A 304 has no body, so `Vary` is added here, even without a
    // validator.
    if (etag === undefined && !isDated && response.status !== 304) return response;
    const coded = new Response(response.body, response);
    if (etag !== undefined) {
      const { status } = response;
      const isKept = status === 304 && (isNamed(request, etag) || isCoded(etag, codings));
      const isOfBody = status === 304 || isTransfer(request.method, status);
      // The client named the weak form of the tag, so the 304 must have that form to select the client's copy.
      const isWeaker = coding === "unsure" || (status === 304 && isNamed(request, weaken(etag), "weak"));
      const sent = isWeaker && coding !== "identity" ? weaken(etag) : tagOfCoding(etag, coding);
      if (isOfBody && !isKept) coded.headers.set("ETag", sent);
    }
    coded.headers.set("Vary", withAcceptEncoding(coded.headers.get("Vary")));
    return coded;
  };
}

/**
 * The tag of a body once it is coded. An adapter sends it when it sees that its own process codes the body.
 *
 * A weak tag stays, because it does not promise the same bytes. A tag of a coding stays, too. Several codings, or
 * one that cannot be written in a tag, weaken it.
 *
 * @example
 * tagOfCoding('"v1"', "gzip"); // '"v1-gzip"'
 * tagOfCoding('"v1-gzip"', "gzip"); // '"v1-gzip"'
 * tagOfCoding('"v1"', "gzip, br"); // 'W/"v1"'
 * @see RFC 9110 §8.8.3.3
 */
export function tagOfCoding(etag: EntityTag, contentEncoding: string): EntityTag {
  const coding = contentEncoding.trim().toLowerCase();
  if (isWeak(etag) || isCoded(etag, [coding])) return etag;
  return /^[\w.+-]+$/.test(coding) ? codedTag(etag, coding) : weaken(etag);
}

/**
 * The tag of an answer that a compressor codes: {@link tagOfCoding}. A 304 keeps a tag that the client named.
 *
 * @example
 * const request = { method: "GET", headers: new Headers({ "If-None-Match": '"v1"' }) };
 * tagOfCodedAnswer(request, 200, '"v1"', "gzip"); // '"v1-gzip"'
 * tagOfCodedAnswer(request, 304, '"v1"', "gzip"); // '"v1"'
 * @see RFC 9110 §8.8.3.3
 */
export function tagOfCodedAnswer(
  request: ConditionalRequest,
  status: number,
  etag: EntityTag,
  contentEncoding: string,
): EntityTag {
  const isKept = status === 304 && (isNamed(request, etag) || isCoded(etag, CODINGS));
  return isKept ? etag : tagOfCoding(etag, contentEncoding);
}

/**
 * The tag that the 200 would have had, for an answer without its body. A compressor would have coded that body for
 * a client that accepts a coding.
 *
 * A 304 keeps a tag that the client named, because the client has exactly that form. Compressors code no answer
 * to HEAD.
 *
 * @example
 * const request = { method: "GET", headers: new Headers({ "If-None-Match": "*", "Accept-Encoding": "gzip" }) };
 * tagWithoutCoding(304, request, '"v1"'); // '"v1-gzip"'
 * @see RFC 9110 §15.4.5
 */
export function tagWithoutCoding(status: number, request: ConditionalRequest, etag: EntityTag): EntityTag {
  if (status !== 304 || request.method === "HEAD") return etag;
  const coding = chosenCoding(request.headers.get("accept-encoding"));
  return coding === undefined ? etag : tagOfCodedAnswer(request, status, etag, coding);
}

function isNamed(
  { headers }: ConditionalRequest,
  etag: EntityTag,
  match: "strong" | "weak" = "strong",
): boolean {
  return listIncludes(headers.get("if-none-match") ?? "", etag, match);
}
