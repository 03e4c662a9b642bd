import type { OptionRules } from "@entity-tag/core/adapter";
import type { NodeResponse } from "../message.ts";

/** How long a handler may write after its answer has been replaced. */
export interface DropLimits {
  /** In bytes. Default: 262,144. */
  maxDroppedBytes?: number | undefined;
  /** In milliseconds. Default: 500. */
  dropTimeoutMs?: number | undefined;
}

// Decision 8 says how long an answer over HTTP/2 waits for its handler.
const MAX_DROPPED_BYTES = 262_144;
const DROP_TIMEOUT_MS = 500;
/** Node fires a longer timer at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export const DROP_RULES: OptionRules = {
  maxDroppedBytes: {
    accepts: (value: unknown) => typeof value === "number" && value >= 0,
    use: "a number from 0 on",
  },
  dropTimeoutMs: {
    accepts: (value: unknown) => typeof value === "number" && value >= 0 && value <= MAX_TIMEOUT_MS,
    use: "milliseconds from 0 to 2,147,483,647",
  },
};

/**
 * The pause between two writes, in milliseconds, as with a slow client. Without it, a source that is always ready
 * would keep a core busy.
 */
const PACE_MS = 2;

/** The writes of a handler whose answer has been replaced. */
export interface DroppedWrites {
  /** Accepts a write and drops it. It tells the handler to wait, and later to go on. */
  drop(chunk: unknown, encoding: unknown, callback: (() => void) | undefined): void;
  /** The handler has ended: calls the callbacks that still wait, and stops the clock. */
  stop(): void;
}

/** Drops writes at the pace of a slow client, and calls `onLimit` once when the limit is reached. */
export function dropWrites(
  res: NodeResponse,
  { maxDroppedBytes = MAX_DROPPED_BYTES, dropTimeoutMs = DROP_TIMEOUT_MS }: DropLimits,
  onLimit: () => void,
): DroppedWrites {
  let bytes = 0;
  let callbacks: (() => void)[] = [];
  let pause: NodeJS.Timeout | undefined;
  const goOn = () => {
    pause = undefined;
    const waiting = callbacks;
    callbacks = [];
    for (const callback of waiting) callback();
    res.emit("drain");
  };
  const stop = () => {
    clearTimeout(clock);
    clearTimeout(pause);
    for (const callback of callbacks) process.nextTick(callback);
    callbacks = [];
  };
  const giveUp = () => {
    stop();
    onLimit();
  };
  const clock = setTimeout(giveUp, dropTimeoutMs);
  return {
    drop(chunk, encoding, callback) {
      bytes += lengthOf(chunk, encoding);
      if (callback) callbacks.push(callback);
      if (bytes > maxDroppedBytes) return giveUp();
      pause ??= setTimeout(goOn, PACE_MS);
    },
    stop,
  };
}

export function lengthOf(chunk: unknown, encoding?: unknown): number {
  return typeof chunk === "string"
    ? Buffer.byteLength(chunk, encoding as BufferEncoding)
    : (chunk as Uint8Array).byteLength;
}
