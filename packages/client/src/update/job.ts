import { anyFunction, areFields, checkOptions, oneOf } from "@entity-tag/core/adapter";
import { checkDialect, integerFrom, numberAbove, objectWith } from "../checks.ts";
import type { Fields } from "../fetch.ts";
import type { Dialect } from "./dialect.ts";
import { keyMaker } from "./idempotency-key.ts";
import type { EncodeContext, UpdateOptions, WasApplied } from "./snapshot.ts";
import { fullJitter, until } from "./waiting.ts";

/** One call of `read`, `update`, `create` or `remove`: its arguments, and how many writes it has sent. */
export interface Job<T> {
  fetch: NonNullable<UpdateOptions["fetch"]>;
  dialect: Dialect & Required<Pick<Dialect, "conflict" | "gone" | "again">>;
  method: "PUT" | "PATCH";
  encode: ((value: T, context: EncodeContext<T>) => BodyInit | Promise<BodyInit>) | undefined;
  decode: ((response: Response) => T | Promise<T>) | undefined;
  /** False when only tags are needed, so that values are not decoded. */
  wantsValue: boolean;
  headers: () => Promise<Headers>;
  maxAttempts: number;
  backoff: (failures: number) => number;
  timeout: number;
  /** `undefined`: the caller never gives up. Listening to a signal costs more than all else here. */
  signal: AbortSignal | undefined;
  wasApplied: WasApplied<T> | undefined;
  newKey: () => string | undefined;
  attempts: number;
}

/** Fields that this package sets itself, and those that would make it read a part and write it back as the whole. */
const OURS = [
  "If-Match",
  "If-None-Match",
  "If-Modified-Since",
  "If-Unmodified-Since",
  "If-Range",
  "Range",
  "Idempotency-Key",
];

/** The options, checked, with their defaults. @throws {TypeError} on an unknown name or a wrong value */
export function jobOf<T>(options: UpdateOptions<T>, where: string): Job<T> {
  checkOptions(
    options,
    {
      fetch: anyFunction(),
      dialect: objectWith([], "a dialect, such as http or google"),
      method: oneOf("PUT", "PATCH"),
      encode: anyFunction(),
      decode: anyFunction(),
      headers: {
        accepts: (value: unknown) => typeof value === "function" || areFields(value),
        use: "fields, or a function",
      },
      maxAttempts: integerFrom(1),
      backoff: anyFunction(),
      timeout: numberAbove(0, "milliseconds above 0, or Infinity"),
      signal: objectWith(["throwIfAborted"], "an AbortSignal"),
      wasApplied: anyFunction(),
      idempotencyKey: {
        accepts: (value: unknown) => value === true || typeof value === "function",
        use: "true or a function",
      },
    },
    where,
  );
  if (options.dialect) checkDialect(options.dialect, where);
  const { method = "PUT", encode, decode, wasApplied, headers, signal } = options;
  const { conflict = [412], gone = [404, 410], again = [429, 503] } = options.dialect ?? {};
  // Read at once: an iterator, such as `map.entries()`, gives its fields only once.
  const fields = typeof headers === "function" ? headers : checkedHeaders(headers, where);
  return {
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    dialect: { ...options.dialect, conflict, gone, again },
    method,
    encode,
    decode,
    wantsValue: true,
    headers: async () => {
      const given = checkedHeaders(
        typeof fields === "function" ? await until(signal, fields()) : fields,
        where,
      );
      if (!decode && !given.has("Accept")) given.set("Accept", "application/json, */*;q=0.5");
      return given;
    },
    maxAttempts: options.maxAttempts ?? 8,
    backoff: options.backoff ?? fullJitter,
    timeout: options.timeout ?? 60_000,
    signal,
    wasApplied,
    newKey: keyMaker(options.idempotencyKey),
    attempts: 0,
  };
}

function checkedHeaders(fields: Fields | undefined, where: string): Headers {
  const given = new Headers(fields);
  const ours = OURS.find((name) => given.has(name));
  if (ours === undefined) return given;
  throw new TypeError(
    `${where}: \`headers\` has ${ours}, which is set for you: ` +
      "start from a Snapshot, or use an option such as idempotencyKey",
  );
}
