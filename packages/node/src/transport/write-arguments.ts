import { types } from "node:util";

export type Callback = ((error?: Error) => void) | undefined;

/** As Node checks it: bytes may be of another realm, as in a sandbox of `node:vm`. */
export function isContent(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === "string" || types.isUint8Array(chunk);
}

/** A copy, because the handler may write to its own buffer when it goes on. */
export function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  return typeof chunk === "string" ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk);
}

/** The second argument of `write` and `end`, unless that is the callback. */
export function encodingIn(encoding: unknown): BufferEncoding | undefined {
  return typeof encoding === "string" ? (encoding as BufferEncoding) : undefined;
}

/** The callback may be any of the last arguments. */
export function callbackIn(...args: unknown[]): Callback {
  return args.find((argument) => typeof argument === "function") as Callback;
}

/** Takes a write whose content is not sent, or not yet. */
export function ignore(callback: Callback): boolean {
  if (callback) process.nextTick(callback);
  return true;
}
