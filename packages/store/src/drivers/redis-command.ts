import { ANSWER_TIMEOUT_MS } from "../contract/time-limits.ts";

export type Argument = string | Uint8Array;

/**
 * Sends one command; bulk strings of the reply are bytes. It sends nothing unless the client is connected. A
 * command that was given up before it was sent is never sent later: the error is then a `StoreBusyError`. Any
 * other error that does not come from Redis means that the outcome of the command is unknown.
 */
export type Send = (command: string, args: Argument[], signal: AbortSignal | undefined) => Promise<unknown>;

export function noAnswer(): Error {
  return new Error(`Redis has not answered within ${ANSWER_TIMEOUT_MS} ms`);
}

interface BufferClass {
  from(bytes: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

/** Both clients accept bytes only as a Buffer. */
export function bufferClass(): BufferClass {
  return (globalThis as unknown as { Buffer: BufferClass }).Buffer;
}

export function toBuffer(argument: Argument): Argument {
  if (typeof argument === "string") return argument;
  return bufferClass().from(argument.buffer, argument.byteOffset, argument.byteLength);
}
