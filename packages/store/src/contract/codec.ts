import { shownGiven, wrongArgument } from "./given.ts";
import { type Loss, lossIn, mayHaveLost } from "./json-loss.ts";
import type { Octets } from "./versioned-store.ts";

/**
 * How values become bytes, and bytes become values. Give both or neither: without them, values are kept as
 * JSON text.
 */
export interface CodecOptions<T> {
  /** Makes the bytes that are kept. */
  encode?: ((value: T) => Uint8Array) | undefined;
  /** Makes the value from bytes that `encode` made. */
  decode?: ((bytes: Uint8Array) => T) | undefined;
}

/**
 * The stored form: JSON is kept as text, so that people can read it in the database. Everything else is kept
 * as bytes.
 */
export type Stored = string | Uint8Array;

/** The two functions of a codec, and whether the stored form is text or bytes. */
export interface Codec<T> {
  kind: "text" | "bytes";
  /** Makes the stored form of a value. */
  encode(value: T): Stored;
  /** Makes the value from its stored form. */
  decode(stored: Stored): T;
}

/**
 * The codec that a driver's options ask for: JSON as text, or the `encode` and `decode` that are given.
 *
 * @throws {TypeError} when only one of `encode` and `decode` is given. Its `encode` throws a `TypeError` for a value
 * that JSON cannot hold.
 * @example
 * const { encode, decode } = codecOf<{ n: number }>({});
 * encode({ n: 1 }); // '{"n":1}'
 * decode('{"n":1}'); // { n: 1 }
 */
export function codecOf<T>(options: CodecOptions<T>): Codec<T> {
  const { encode, decode } = options;
  if (!encode && !decode) return { kind: "text", encode: toJson, decode: fromJson<T> };
  if (!encode || !decode) {
    const missing = encode ? "decode" : "encode";
    throw new TypeError(
      `Cannot keep bytes without ${missing}. Give both encode and decode, or neither for JSON`,
    );
  }
  return {
    kind: "bytes",
    encode: (value) => checkedBytes(encode(value)),
    decode: (stored) => decode(toBytes(stored)),
  };
}

/**
 * The codec of values that are bytes already.
 *
 * @example
 * const images = memoryStore(bytes);
 * await images.swap("dot", null, Uint8Array.of(0x47, 0x49, 0x46)); // { swapped: true, … }
 */
export const bytes: Required<CodecOptions<Uint8Array>> = {
  encode: (value) => value,
  decode: (value) => value,
};

/** Text would be stored as another type than the bytes of the column. */
function checkedBytes(encoded: Uint8Array): Uint8Array {
  if (ArrayBuffer.isView(encoded)) return encoded;
  throw wrongArgument(
    "The store, by its `encode`,",
    encoded,
    "a Uint8Array, such as new TextEncoder().encode(text)",
  );
}

/** Made once, because making one costs more than using it on a short text. */
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

export function toText(stored: Stored): string {
  return typeof stored === "string" ? stored : decoder.decode(stored);
}

/** The text in UTF-8. */
export function encodeText(text: string): Octets {
  return encoder.encode(text);
}

/** A plain Uint8Array. A client library may give a Buffer, whose `slice` shares memory instead of copying. */
function toBytes(stored: Stored): Uint8Array {
  if (typeof stored === "string") return encodeText(stored);
  // libsql returns an ArrayBuffer.
  if (!ArrayBuffer.isView(stored)) return new Uint8Array(stored);
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (text !== undefined && !mayHaveLost(text)) return text;
  const loss = text === undefined || text === "null" ? { pointer: "", value } : lossIn(value);
  if (!loss) return text!;
  throw new TypeError(`Cannot store ${shownLoss(loss)}: JSON has no such value. ${adviceFor(loss)}`);
}

function adviceFor({ value, pointer }: Loss): string {
  if (shownGiven(value) === "a promise") return "Await it first";
  const isObject = typeof value === "object" && value !== null && !(value instanceof Date);
  const instead = isObject ? "a plain object or an array" : pointer ? "null" : "null to delete";
  return `Store ${instead}, or give encode and decode`;
}

function shownLoss({ value, pointer }: Loss): string {
  const shown = value instanceof Date ? "an invalid Date" : shownGiven(value);
  return pointer ? `${shown} at ${pointer}` : shown;
}

function fromJson<T>(stored: Stored): T {
  return JSON.parse(toText(stored));
}
