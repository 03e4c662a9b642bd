import { codedTag } from "./content-codings.ts";
import { isWeak, parseTag, weaken } from "./entity-tag.ts";
import { ifNoneMatch } from "./preconditions.ts";

/** A compressor between the handler and the wire that leaves tags as they are, and what is known of it beforehand. */
interface Compressor<Req> {
  /** What tags of coded forms end in, a name for each coding: with `"gzip"`, the form of `"v1"` is `"v1-gzip"`. */
  readonly names: readonly string[];
  /** The name of the coding that the answer to this request may have; `"identity"`: none; `"unsure"`: one or none. */
  nameFor(request: Req): string;
}

/**
 * To be replaced by `withCompressor`.
 *
 * The handler with a tag for each form of its answers: two codings never share a strong one. The fields of its requests
 * must be such as can be written to.
 *
 * A strong `"v1"` goes out as `"v1-gzip"` where its answer may be coded so, weak where that is not known, and comes in
 * as `"v1"`: to write, any form will do. A 304 stands only for a form that the client has named: for another, the
 * handler is asked again, for the whole. A range is of the form without a coding.
 *
 * @example
 * const compressor = { names: ["gzip"], nameFor: () => "gzip" };
 * const handler = inForms(conditional(() => new Response("…", { headers: { ETag: '"v1"' } })), compressor);
 * (await handler(new Request("https://example.com/"))).headers.get("ETag"); // '"v1-gzip"'
 * @see RFC 9110 §8.8.3.3
 */
export function inForms<Req extends Request, Rest extends unknown[]>(
  handler: (request: Req, ...rest: Rest) => Promise<Response>,
  { names, nameFor }: Compressor<Req>,
): (request: Req, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    const { headers } = request;
    const name = nameFor(request);
    const asked = headers.get("If-None-Match");
    nameVersions(headers, names);
    if (name !== "identity" && headers.has("If-Range")) headers.delete("Range");
    const response = inForm(await handler(request, ...rest), name);
    if (!standsForAnother(response, asked)) return response;
    headers.set("If-None-Match", "");
    return inForm(await handler(request, ...rest), name);
  };
}

/** Conditions on versions, whatever forms they name. */
function nameVersions(headers: Headers, names: readonly string[]): void {
  const versionOf = (form: string) => {
    const name = names.find((candidate) => form.endsWith(`-${candidate}`));
    return name === undefined ? form : form.slice(0, -name.length - 1);
  };
  for (const condition of ["If-Match", "If-None-Match"]) {
    const field = headers.get(condition);
    const versions = field?.split('"').map(versionOf).join('"');
    if (versions !== undefined && versions !== field) headers.set(condition, versions);
  }
}

/** The answer with the tag of its form; one that may come to name two is weak. */
function inForm(response: Response, name: string): Response {
  const etag = parseTag(response.headers.get("ETag"));
  if (etag === undefined && !response.headers.has("Last-Modified")) return response;
  const formed = new Response(response.body, response);
  const { headers } = formed;
  if (etag && !isWeak(etag)) headers.set("ETag", name === "unsure" ? weaken(etag) : codedTag(etag, name));
  // A compressor has it for an answer that it may code, but not for the one without a body that stands for that.
  if (!/accept-encoding/i.test(headers.get("Vary") ?? "")) headers.append("Vary", "Accept-Encoding");
  return formed;
}

/** Whether it spares the client a form of the version that it does not hold: that is to be sent (RFC 9110 §13.1.2). */
function standsForAnother({ status, headers }: Response, asked: string | null): boolean {
  return status === 304 && ifNoneMatch(asked, { etag: parseTag(headers.get("ETag")) }) === true;
}
