import type { Fetch } from "../fetch.ts";

type Input = Parameters<Fetch>[0];
type Init = NonNullable<Parameters<Fetch>[1]>;

type Field = readonly [name: string, value: string];

/** What `fetch` was called with, in the form that the cache needs. */
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
  /**
   * The arguments of the caller. They are passed on unchanged, because they may have members that only one runtime
   * knows.
   */
  input: Input;
  init: Init;
}

/**
 * Reads the arguments of `fetch`. It does not make a Request of them, because that costs as much as all other steps
 * together.
 *
 * It returns `undefined` if they are not valid. Then `fetch` itself says why.
 */
export function fetchCallOf(input: Input, options?: Init | null): FetchCall | undefined {
  const init =
    options && Object.getPrototypeOf(options) !== Object.prototype ? membersOf(options) : (options ?? {});
  const request = typeof input === "object" && "headers" in input ? input : undefined;
  const url = absolute(request ? request.url : String(input));
  if (url === undefined) return;
  const pick = <Name extends "cache" | "credentials" | "mode" | "redirect" | "integrity">(
    name: Name,
    otherwise: string,
  ): string => init[name] ?? request?.[name] ?? otherwise;
  const given = init.headers ?? request?.headers;
  try {
    const headers = given === undefined ? NO_FIELDS : new Headers(given);
    return {
      url,
      method: normalized(init.method ?? request?.method ?? "GET"),
      headers,
      fields: headers === NO_FIELDS ? [] : [...headers],
      content: undefined,
      signal: (init.signal === undefined ? request?.signal : init.signal) ?? undefined,
      cache: pick("cache", "default"),
      credentials: pick("credentials", "same-origin"),
      mode: pick("mode", "cors"),
      redirect: pick("redirect", "follow"),
      integrity: pick("integrity", ""),
      input,
      init,
    };
  } catch {
    return;
  }
}

const MEMBERS = [
  ...["method", "headers", "body", "mode", "credentials", "cache", "redirect", "referrer", "referrerPolicy"],
  ...["integrity", "keepalive", "signal", "duplex", "priority"],
] as const;

/**
 * An init as a plain object. A Request may be an init, too, as in `fetch(url, request)`: its members are not its own, so that a
 * copy by `{ ...init }` would lose them.
 */
function membersOf(init: object): Init {
  const members = init as Record<string, unknown>;
  const inherited = MEMBERS.map((name) => [name, members[name]]).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(inherited), ...init };
}

/** Shared by all requests without fields of their own. It is never changed. */
const NO_FIELDS = /* @__PURE__ */ new Headers();

/** The same request with its content read, so that it can be a part of the key and be sent again. */
export async function withContent(call: FetchCall): Promise<FetchCall> {
  const { input, method, init } = call;
  const request = new Request(input, init.body ? ({ ...init, duplex: "half" } as Init) : init);
  const content = new Uint8Array(await request.arrayBuffer());
  return {
    ...call,
    headers: request.headers,
    fields: [...request.headers],
    content,
    input: call.url,
    init: {
      ...(typeof input === "object" && "headers" in input && membersOf(input)),
      ...init,
      method,
      body: content,
    },
  };
}

function absolute(text: string): string | undefined {
  try {
    const url = new URL(text, globalThis.document?.baseURI ?? globalThis.location?.href);
    if (url.hash) url.hash = "";
    return url.href;
  } catch {
    return;
  }
}

/** Six methods may be written in any case. All others are case-sensitive. */
function normalized(method: string): string {
  const upper = method.toUpperCase();
  return ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"].includes(upper) ? upper : method;
}
