import type { Dialect } from "./dialect.ts";
import { keyMaker } from "./idempotency-key.ts";
import type { EncodeContext, UpdateOptions, WasApplied } from "./snapshot.ts";
import { fullJitter } from "./waiting.ts";

/** One call of `read`, `update`, `create` or `remove`: what it was asked for, and how many writes it has sent. */
export interface Job<T> {
  fetch: NonNullable<UpdateOptions["fetch"]>;
  dialect: Dialect;
  method: "PUT" | "PATCH";
  encode: ((value: T, context: EncodeContext<T>) => BodyInit | Promise<BodyInit>) | undefined;
  decode: ((response: Response) => T | Promise<T>) | undefined;
  /** Whether anybody wants the values that are read. */
  wantsValue: boolean;
  headers: () => Promise<Headers>;
  maxAttempts: number;
  backoff: (failures: number) => number;
  timeout: number;
  signal: AbortSignal;
  wasApplied: WasApplied<T> | undefined;
  newKey: () => string | undefined;
  attempts: number;
}

const NAMES =
  "fetch dialect method encode decode headers maxAttempts backoff timeout signal wasApplied idempotencyKey";
const PLACES = "etag quoted items url itemEtag value conflict gone again";
const FUNCTIONS = ["fetch", "encode", "decode", "backoff", "wasApplied"] as const;
/** These are the library's own business, or would make it read a part and write it as the whole. */
const OURS = "If-Match If-None-Match If-Modified-Since If-Unmodified-Since If-Range Range Idempotency-Key";

/** The options, checked, with their defaults. @throws {TypeError} on an unknown name or a wrong value */
export function jobOf<T>(options: UpdateOptions<T>): Job<T> {
  check(options as UpdateOptions);
  const { method = "PUT", encode, decode, wasApplied, headers = {} } = options;
  return {
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    dialect: options.dialect ?? {},
    method,
    encode,
    decode,
    wantsValue: true,
    headers: async () => {
      const given = new Headers(typeof headers === "function" ? await headers() : headers);
      checkHeaders(given);
      if (!decode && !given.has("Accept")) given.set("Accept", "application/json, */*;q=0.5");
      return given;
    },
    maxAttempts: options.maxAttempts ?? 8,
    backoff: options.backoff ?? fullJitter,
    timeout: options.timeout ?? 60_000,
    signal: options.signal ?? new AbortController().signal,
    wasApplied,
    newKey: keyMaker(options.idempotencyKey),
    attempts: 0,
  };
}

function check(options: UpdateOptions): void {
  for (const name of Object.keys(options)) {
    if (!NAMES.split(" ").includes(name)) throw wrong("option", name, `one of ${NAMES}`);
  }
  const {
    maxAttempts = 1,
    timeout = 1,
    method = "PUT",
    idempotencyKey = true,
    headers,
    dialect = {},
  } = options;
  for (const name of FUNCTIONS) {
    const given = options[name];
    if (given !== undefined && typeof given !== "function") throw wrong(name, given, "a function");
  }
  if (!Number.isInteger(maxAttempts) || maxAttempts < 1)
    throw wrong("maxAttempts", maxAttempts, "an integer from 1 on");
  if (typeof timeout !== "number" || !(timeout > 0))
    throw wrong("timeout", timeout, "milliseconds above 0, or Infinity");
  if (method !== "PUT" && method !== "PATCH") throw wrong("method", method, '"PUT" or "PATCH"');
  if (idempotencyKey !== true && typeof idempotencyKey !== "function")
    throw wrong("idempotencyKey", idempotencyKey, "true or a function");
  if (typeof dialect !== "object" || dialect === null)
    throw wrong("dialect", dialect, "an object, as http is");
  for (const name of Object.keys(dialect)) {
    if (!PLACES.split(" ").includes(name)) throw wrong("a dialect's member", name, `one of ${PLACES}`);
  }
  if (typeof headers !== "function") checkHeaders(new Headers(headers));
}

function checkHeaders(given: Headers): void {
  const ours = OURS.split(" ").find((name) => given.has(name));
  if (ours === undefined) return;
  throw wrong("header", ours, "a Snapshot, or an option: this field is set for you");
}

export function wrong(what: string, given: unknown, use: string): TypeError {
  const shown = typeof given === "string" ? JSON.stringify(given) : String(given);
  return new TypeError(`Cannot use ${shown} as ${what}: use ${use}`);
}
