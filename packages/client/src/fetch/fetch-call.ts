import type { Fetch } from "../fetch.ts";
import { isPlain } from "../is-plain.ts";
import { withoutFragment } from "./without-fragment.ts";

type Input = Parameters<Fetch>[0];
type Init = NonNullable<Parameters<Fetch>[1]>;

type Field = readonly [name: string, value: string];

/** The arguments of a call of `fetch`, in the form that the cache needs. */
export interface FetchCall {
  /** The target, without its fragment. */
  url: string;
  method: string;
  headers: Headers;
  /** The same fields as pairs: sorted, with names in small letters. */
  fields: readonly Field[];
  /** The octets of a QUERY. */
  content: Uint8Array | undefined;
  signal: AbortSignal | undefined;
  cache: string;
  credentials: string;
  mode: string;
  redirect: string;
  integrity: string;
  /** The arguments of the caller. They are passed on, because they may have members that only one runtime knows. */
  input: Input;
  init: Init;
}

/** Shared by all requests without fields of their own. It is never changed. */
const NO_FIELDS = /* @__PURE__ */ new Headers();

/**
 * Reads the arguments of `fetch`. It makes a Request only if it must, because making one costs as much as all other
 * steps together.
 *
 * It returns `undefined` if they are not valid. Then `fetch` itself says why.
 */
export function fetchCallOf(input: Input, options?: Init | null): FetchCall | undefined {
  try {
    // An init may be a Request, as in `fetch(url, request)`. `{ ...init }` would lose its members.
    if (options && !isPlain(options)) return fetchCallOf(new Request(input, options));
    const init = options ?? {};
    const request = typeof input === "object" && "headers" in input ? input : undefined;
    const given = init.headers ?? request?.headers;
    const headers = given ? new Headers(given) : NO_FIELDS;
    const fields = given ? [...headers] : [];
    // An iterator, such as `map.entries()`, gives its fields only once.
    const isIterator = init.headers && "next" in init.headers;
    const url = new URL(
      request?.url ?? String(input),
      globalThis.document?.baseURI ?? globalThis.location?.href,
    );
    return {
      url: withoutFragment(url.href),
      method: normalized(init.method ?? request?.method ?? "GET"),
      headers,
      fields,
      content: undefined,
      signal: (init.signal === undefined ? request?.signal : init.signal) ?? undefined,
      cache: init.cache ?? request?.cache ?? "default",
      credentials: init.credentials ?? request?.credentials ?? "same-origin",
      mode: init.mode ?? request?.mode ?? "cors",
      redirect: init.redirect ?? request?.redirect ?? "follow",
      integrity: init.integrity ?? request?.integrity ?? "",
      input,
      init: isIterator ? ({ ...init, headers: fields } as Init) : init,
    };
  } catch {
    return;
  }
}

/** The same request with its content read, so that it can be a part of the key and be sent again. */
export async function withContent(call: FetchCall): Promise<FetchCall> {
  const { input, init } = call;
  const request = new Request(input, init.body ? ({ ...init, duplex: "half" } as Init) : init);
  // Read the fields before the content: Bun forgets the content's type when the content is used up.
  const { headers } = request;
  const fields = [...headers];
  const content = new Uint8Array(await request.arrayBuffer());
  // The content of the Request is used up, so `body` gives it for each sending. It is a Blob, because Node 20 and 22
  // cannot send octets again after a redirect.
  return {
    ...call,
    headers,
    fields,
    content,
    input: request,
    init: { ...init, headers, body: new Blob([content]) },
  };
}

/** Six methods may be written in any case. All others are case-sensitive. */
function normalized(method: string): string {
  const upper = method.toUpperCase();
  return ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"].includes(upper) ? upper : method;
}
