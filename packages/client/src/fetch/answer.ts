import { shown } from "../checks.ts";
import type { StoredResponse } from "../response-store.ts";
import type { Update } from "./freshening.ts";

/** A registered symbol, because a program may load two copies of this package: by `import`, and by `require`. */
const ORIGIN: unique symbol = /* @__PURE__ */ Symbol.for("@entity-tag/client/origin");

/** Members of a Response that only `fetch` can set freely: `new Response` refuses some texts as `statusText`. */
const MEMBERS = ["url", "redirected", "type", "statusText"] as const;

/** Where an answer came from. */
type Origin = Pick<Response, (typeof MEMBERS)[number]> & { isNotModified?: boolean };

/**
 * True when the server answered 304, so that this response is the kept one. That also holds for its clones.
 *
 * @throws {TypeError} on a value that is not a `Response`, such as its promise
 * @example
 * isNotModified(new Response("Hello")); // false
 * @see RFC 9110 §15.4.5
 */
export function isNotModified(response: Response): boolean {
  if (typeof response?.status !== "number")
    throw new TypeError(
      `isNotModified() was given ${shown(response)}: use a Response, which fetch gives after \`await\``,
    );
  return (response as { [ORIGIN]?: Origin })[ORIGIN]?.isNotModified === true;
}

/** True when `new Response` accepts this status. An opaque answer has the status 0. */
export function isMakeable(status: number): boolean {
  return status >= 200 && status <= 599;
}

/** The same response with another body. It keeps its url, and so do its clones. */
export function replaced(response: Response, body: ReadableStream<Uint8Array> | null): Response {
  const { status, headers } = response;
  return withOrigin(new Response(body, { status, headers }), response);
}

/** A kept answer as a Response, with its own copy of the body and with changed fields. */
export function answerOf(
  { status, statusText, headers, body, finalUrl: url, redirected }: StoredResponse,
  method: string,
  isNotModified: boolean,
  updates: readonly Update[],
): Response {
  const isEmpty = method === "HEAD" || status === 204 || status === 205;
  const init = { status, headers: preparedFields(headers) };
  const response = new Response(isEmpty ? null : (body as BodyInit), init);
  for (const [name, value] of updates) {
    if (value === undefined) response.headers.delete(name);
    else response.headers.set(name, value);
  }
  return withOrigin(response, { url, redirected, type: "basic", statusText, isNotModified });
}

const prepared = new WeakMap<StoredResponse["headers"], Headers>();

/**
 * The kept fields as an object that is made once. A Response copies an object faster than pairs, which it must check.
 */
export function preparedFields(headers: StoredResponse["headers"]): Headers {
  const before = prepared.get(headers);
  if (before) return before;
  const fields = new Headers(headers as [string, string][]);
  prepared.set(headers, fields);
  return fields;
}

/** Made when it is first needed: a platform may have no `Response` before a polyfill is loaded. */
let prototype: object | undefined;

/** Gives a response its origin. One prototype for all responses is cheaper than own members for each. */
function withOrigin(response: Response, origin: Origin): Response {
  prototype ??= newPrototype();
  return Object.assign(Object.setPrototypeOf(response, prototype), { [ORIGIN]: origin });
}

function newPrototype(): object {
  const clone = {
    value(this: Response & { [ORIGIN]: Origin }) {
      return withOrigin(Response.prototype.clone.call(this), this[ORIGIN]);
    },
  };
  const prototype = Object.create(Response.prototype, { clone });
  for (const name of MEMBERS) {
    Object.defineProperty(prototype, name, {
      get(this: { [ORIGIN]: Origin }) {
        return this[ORIGIN][name];
      },
    });
  }
  return prototype;
}
