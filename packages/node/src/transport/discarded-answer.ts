import type { NodeResponse } from "../message.ts";
import { dropWrites } from "./dropped-writes.ts";
import { dropStreamWrites, freezeHead, refusePushes } from "./frozen-head.ts";
import { endBelow, type PendingAnswer, sendReplacementHead, thaw, writeBytes } from "./pending-answer.ts";
import type { Replacement } from "./replaced-head.ts";
import { destroyedError, tellClosed } from "./told-closed.ts";
import type { Callback } from "./write-arguments.ts";

/**
 * Handles a handler that still writes: *judged* to *discarding*.
 *
 * Over HTTP/1 the replacement is sent at once. Over HTTP/2 it waits for the handler: Node would close the stream
 * with it, and a client could then start more handlers than `maxConcurrentStreams`.
 */
export function discard(answer: PendingAnswer): void {
  const { res, below, isHttp2, options } = answer;
  if (isHttp2) {
    answer.thaw = freezeHead(res, isHttp2, () => endBypassed(answer));
    answer.isLater = false;
    process.nextTick(() => {
      answer.isLater = true;
    });
  } else {
    sendReplacementHead(answer);
    if (answer.replacement === undefined) return;
    const body = bodyOf(answer.replacement, answer.isHead);
    if (body === undefined) below.flushHeaders?.call(res);
    else writeBytes(answer, body);
  }
  answer.phase = "discarding";
  answer.dropped = dropWrites(res, options, () => giveUp(answer));
}

/** The handler writes to the stream itself, or closes it: the replacement goes out now. */
function endBypassed(answer: PendingAnswer): boolean {
  answer.dropped!.stop();
  endReplaced(answer);
  dropStreamWrites(answer.res);
  return true;
}

/**
 * True while a layer, such as a session, holds back the end of the replacement. Node would send a write of the handler
 * after the replacement, where the client expects the next answer.
 */
export function isEndDelayed({ phase, res }: PendingAnswer): boolean {
  return phase === "replaced" && !res.writableEnded;
}

/** Drops a write. When the client has left, the write fails as in Node. */
export function dropWrite(
  answer: PendingAnswer,
  chunk: unknown,
  encoding: unknown,
  callback: Callback,
): boolean {
  const { res, below, dropped } = answer;
  if (answer.phase === "done") {
    if (callback) process.nextTick(callback, destroyedError());
    return false;
  }
  if (isGone(res)) {
    dropped?.stop();
    answer.phase = "sent";
    return below.write.call(res, chunk, encoding, callback);
  }
  dropped!.drop(chunk, encoding, callback);
  return false;
}

/** The handler has ended: *discarding* to *replaced*, or to *sent* if the client has left. */
export function endDiscarded(answer: PendingAnswer, callback: Callback): unknown {
  const { res, dropped } = answer;
  if (answer.phase === "done") {
    if (callback) process.nextTick(callback, destroyedError());
    return res;
  }
  dropped!.stop();
  if (!isGone(res)) return endOrBreak(answer, callback);
  thaw(answer);
  answer.phase = "sent";
  if (callback) process.nextTick(callback, destroyedError());
  return endBelow(answer);
}

/**
 * Over HTTP/2 a layer sees the head only now, and may throw. An error of the first write has a caller that handles it.
 * A stream that ends the answer would pass a later one on to nobody, which ends the process.
 */
function endOrBreak(answer: PendingAnswer, callback: Callback): unknown {
  try {
    return endReplaced(answer, callback);
  } catch (error) {
    if (!answer.isLater) throw error;
    answer.phase = "sent";
    return answer.res.destroy(error as Error);
  }
}

/**
 * Sends the rest of the replacement, and ends it. If a layer has turned it into an answer with content, it gets the
 * handler's content.
 */
export function endReplaced(
  answer: PendingAnswer,
  callback?: Callback,
  content?: string | Uint8Array | undefined,
  encoding?: BufferEncoding | undefined,
): unknown {
  const { res, isHttp2 } = answer;
  const isSent = answer.phase === "discarding" && !isHttp2;
  if (!isSent) {
    thaw(answer);
    answer.phase = "judged";
    sendReplacementHead(answer);
  }
  answer.phase = "sent";
  if (answer.replacement === undefined && content !== undefined) {
    return endBelow(answer, callback, content, encoding);
  }
  const body = isSent ? undefined : bodyOf(answer.replacement, answer.isHead);
  // Not with `end`: over HTTP/2 it calls `res.write`, which a layer has replaced, and that layer may have ended.
  if (body !== undefined) writeBytes(answer, body);
  else if (isHttp2) refusePushes(res);
  const ended = endBelow(answer, callback);
  // Set the phase only now, because a layer may write in its `end`.
  if (answer.replacement !== undefined) answer.phase = "replaced";
  return ended;
}

/**
 * The limit is reached: *discarding* to *done*. It swallows errors, because there is no caller that could catch
 * them.
 */
function giveUp(answer: PendingAnswer): void {
  const { res, listeners } = answer;
  if (isGone(res)) return;
  try {
    tellClosed(res, listeners);
    endReplaced(answer);
  } catch {
    res.destroy();
  }
  answer.phase = "done";
}

/** The content of the replacement. HEAD has none. */
export function bodyOf(replacement: Replacement | undefined, isHead: boolean): Buffer | undefined {
  return isHead || replacement?.body === undefined ? undefined : Buffer.from(replacement.body);
}

/** True when the client has left. */
export function isGone({ destroyed, stream }: NodeResponse): boolean {
  return stream ? stream.destroyed === true : destroyed === true;
}
