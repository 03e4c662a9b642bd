import type { Fetch } from "../fetch.ts";

type Input = Parameters<Fetch>[0];
type Init = NonNullable<Parameters<Fetch>[1]>;

/** A request as far as caching is concerned. */
export interface Asked {
  /** The target, without its fragment. */
  url: string;
  method: string;
  headers: Headers;
  /** The octets of a QUERY. */
  content: Uint8Array | undefined;
  signal: AbortSignal | undefined;
  cache: string;
  credentials: string;
  mode: string;
  redirect: string;
  integrity: string;
  /** What the caller gave, to be passed on: it may have members that only one runtime knows. */
  input: Input;
  init: Init;
}

/**
 * Reads what `fetch` was called with, without making a Request of it: that costs as much as all the rest.
 *
 * `undefined` when it cannot be read. `fetch` itself then says why.
 */
export function askedOf(input: Input, init: Init = {}): Asked | undefined {
  const request = typeof input === "object" && "headers" in input ? input : undefined;
  const url = absolute(request ? request.url : String(input));
  if (url === undefined) return;
  const pick = <Name extends "cache" | "credentials" | "mode" | "redirect" | "integrity">(
    name: Name,
    otherwise: string,
  ): string => init[name] ?? request?.[name] ?? otherwise;
  try {
    return {
      url,
      method: normalized(init.method ?? request?.method ?? "GET"),
      headers: headersOf(init.headers ?? request?.headers),
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

/** Most requests have no fields of their own. These are only read, so all of them can have the same. */
const NO_FIELDS = /* @__PURE__ */ new Headers();

function headersOf(given: Init["headers"]): Headers {
  return given === undefined ? NO_FIELDS : new Headers(given);
}

/** The same request with its content read, so that it can be a part of the key and be sent again. */
export async function withContent(asked: Asked): Promise<Asked> {
  const { input, method, init } = asked;
  const request = new Request(input, init.body ? ({ ...init, duplex: "half" } as Init) : init);
  const content = new Uint8Array(await request.arrayBuffer());
  const { credentials, integrity, keepalive, redirect, referrerPolicy } = request;
  const own = typeof input === "object" && "headers" in input;
  const { duplex: _, ...given } = init as Init & { duplex?: unknown };
  return {
    ...asked,
    headers: request.headers,
    content,
    input: asked.url,
    init: {
      ...(own ? { credentials, integrity, keepalive, redirect, referrerPolicy } : {}),
      ...given,
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
