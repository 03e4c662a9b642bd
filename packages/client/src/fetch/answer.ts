import type { StoredResponse } from "../response-store.ts";

/** A registered symbol, because a program may load two copies of this package: by `import`, and by `require`. */
const NOT_MODIFIED = /* @__PURE__ */ Symbol.for("@entity-tag/client/not-modified");

/**
 * True when the server answered 304, so that this response is the kept one. That also holds for its clones.
 *
 * @example
 * isNotModified(new Response("Hello")); // false
 * @see RFC 9110 §15.4.5
 */
export function isNotModified(response: Response): boolean {
  return NOT_MODIFIED in response;
}

/** Where an answer came from, which only `fetch` itself can write into a Response. */
type Origin = Pick<Response, "url" | "redirected" | "type">;

/** A Response with another body; it has the url of the one it replaces, and so have its clones. */
export function replaced(response: Response, body: ReadableStream<Uint8Array> | null): Response {
  const { status, statusText, headers, url, redirected, type } = response;
  return placedAt(new Response(body, { status, statusText, headers }), { url, redirected, type }, false);
}

/** A Response of a kept answer, with a body of its own. */
export function answerOf(
  stored: StoredResponse,
  method: string,
  isModified: boolean,
  age?: number,
): Response {
  const { status, statusText, body, finalUrl, redirected } = stored;
  const headers = stored.headers as [string, string][];
  const isEmpty = method === "HEAD" || status === 204 || status === 205;
  const response = new Response(isEmpty ? null : (body as BodyInit), { status, statusText, headers });
  if (age !== undefined) response.headers.set("Age", String(age));
  return placedAt(response, { url: finalUrl, redirected, type: "basic" }, !isModified);
}

function placedAt(response: Response, { url, redirected, type }: Origin, isMarked: boolean): Response {
  if (isMarked) Object.defineProperty(response, NOT_MODIFIED, { value: true });
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    type: { value: type },
    clone: {
      value: () => placedAt(Response.prototype.clone.call(response), { url, redirected, type }, isMarked),
    },
  });
}
