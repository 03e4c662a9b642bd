import type { NodeRequest, NodeResponse } from "./message.ts";
import { discard, dropWrite, endDiscarded, endReplaced } from "./transport/discarded-answer.ts";
import { type DropLimits, lengthOf } from "./transport/dropped-writes.ts";
import { freezeHead, headSentError } from "./transport/frozen-head.ts";
import {
  attempt,
  type BeforeHeadOptions,
  type FirstContent,
  type HeadHook,
  judge,
  type PendingAnswer,
  passHead,
} from "./transport/pending-answer.ts";
import type { Replacement } from "./transport/replaced-head.ts";
import { setWrittenHead } from "./transport/written-head.ts";

export type { BeforeHeadOptions, DropLimits, FirstContent, HeadHook, NodeRequest, NodeResponse, Replacement };

// Decision 8: this file and the files that it imports are the transport. They know no condition and no tag.

/**
 * Calls the hook when the head of the response is due, whichever way the handler writes, over HTTP/1 and HTTP/2.
 *
 * The hook can still change the status and the fields, and may return an answer that is sent instead of the
 * handler's. A head that was given to `writeHead` waits for the first content; over HTTP/2 it waits until the end
 * of the same turn of the event loop. Meanwhile `headersSent` is true, and a change by the handler throws, as it
 * does without the hook. The hook is called once. If the head cannot be sent, it is called again for the head of
 * the error page.
 *
 * Writes of a handler whose answer has been replaced are accepted and dropped, at the pace of a slow client, up to
 * `maxDroppedBytes` and `dropTimeoutMs`. Then the handler sees `close` without `finish`, as if its client had left. Over
 * HTTP/2 the replacement goes out when the handler ends or the limit is reached.
 *
 * @example
 * createServer((req, res) => {
 *   beforeHead(req, res, () => void res.setHeader("Server-Timing", "app;dur=12"));
 *   res.end("Hello");
 * });
 */
export function beforeHead(
  req: NodeRequest,
  res: NodeResponse,
  // biome-ignore lint/suspicious/noConfusingVoidType: most hooks return nothing.
  hook: (content: FirstContent) => Replacement | undefined | void,
  options: BeforeHeadOptions = {},
): void {
  const { writeHead, write, end, flushHeaders } = res;
  const answer: PendingAnswer = {
    res,
    isHttp2: req.httpVersionMajor === 2,
    isHead: req.method === "HEAD",
    sendsHeadFirst: req.httpVersionMajor === 2 || Object.hasOwn(res, "write"),
    hook: hook as HeadHook,
    options,
    below: { writeHead, write, end, flushHeaders },
    listeners: res.listenerCount("finish"),
    phase: res.headersSent ? "sent" : "open",
    head: undefined,
    thaw: undefined,
    judgedStatus: 0,
    replacement: undefined,
    dropped: undefined,
    parts: undefined,
    missingBytes: Number.NaN,
  };
  res.writeHead = (status, phrase, fields) => writeHeadOf(answer, status, phrase, fields);
  res.write = (chunk, encoding, callback) => writeOf(answer, chunk, encoding, callback);
  res.end = (body, encoding, callback) => endOf(answer, body, encoding, callback);
  res.flushHeaders = () => flushHeadersOf(answer);
}

function writeHeadOf(answer: PendingAnswer, status: number, phrase: unknown, fields: unknown): unknown {
  const { res, below, isHttp2, phase } = answer;
  if (phase === "held" || (phase === "discarding" && isHttp2)) throw headSentError(isHttp2);
  if (phase === "open") return hold(answer, status, phrase, fields);
  if (phase !== "judged") return below.writeHead.call(res, status, phrase, fields);
  if (phrase === undefined && fields === undefined) res.statusCode = status;
  else answer.head = setWrittenHead(res, isHttp2, status, phrase, fields);
  // A layer nearer to the handler has turned it into another answer.
  if (res.statusCode !== (answer.replacement?.status ?? answer.judgedStatus))
    judge(answer, { isWhole: false });
  passHead(answer);
  return res;
}

/** *Open* to *held*. */
function hold(answer: PendingAnswer, status: number, phrase: unknown, fields: unknown): NodeResponse {
  const { res, isHttp2 } = answer;
  answer.head = setWrittenHead(res, isHttp2, status, phrase, fields);
  answer.thaw = freezeHead(res, isHttp2);
  answer.phase = "held";
  if (isHttp2) setImmediate(() => sendAtLast(answer));
  return res;
}

/** Swallows the error: at the end of a turn there is no caller that could catch it. */
function sendAtLast(answer: PendingAnswer): void {
  if (answer.phase !== "held" || answer.parts !== undefined) return;
  try {
    flushHeadersOf(answer);
  } catch {
    answer.res.destroy();
  }
}

function writeOf(answer: PendingAnswer, chunk: unknown, encoding: unknown, callback: unknown): boolean {
  const { res, below, phase } = answer;
  if (phase === "judged" || phase === "sent") return below.write.call(res, chunk, encoding, callback);
  if (phase === "discarding" || phase === "done") {
    if (isContent(chunk))
      return dropWrite(answer, chunk, encodingIn(encoding), callbackIn(encoding, callback));
    return below.write.call(res, chunk, encoding, callback);
  }
  // Node throws the error for it, and sends no head.
  if (!isContent(chunk) && !answer.sendsHeadFirst) return below.write.call(res, chunk, encoding, callback);
  if (isContent(chunk) && isAwaited(answer)) {
    return gather(answer, chunk, encodingIn(encoding), callbackIn(encoding, callback));
  }
  const { parts } = answer;
  const first = isContent(chunk) ? { chunk, encoding: encodingIn(encoding) } : {};
  if (!bringHead(answer, { ...first, isWhole: false })) return writeOf(answer, chunk, encoding, callback);
  // A chunk that is not valid ends the wait for the rest.
  if (parts) below.write.call(res, Buffer.concat(parts));
  return attempt(answer, () => below.write.call(res, chunk, encoding, callback));
}

function endOf(answer: PendingAnswer, body: unknown, encoding: unknown, callback: unknown): unknown {
  const { res, below, phase } = answer;
  if (phase === "judged" || phase === "sent") return below.end.call(res, body, encoding, callback);
  const called = callbackIn(body, encoding, callback);
  if (phase === "discarding" || phase === "done") return endDiscarded(answer, called);
  const last = typeof body === "function" ? undefined : (body ?? undefined);
  const isWrong = last !== undefined && !isContent(last);
  if (isWrong && !answer.sendsHeadFirst) return below.end.call(res, body, encoding, callback);
  const parts = answer.parts && [...answer.parts, ...(isContent(last) ? [bytesOf(last, encoding)] : [])];
  const chunk = parts ? Buffer.concat(parts) : isContent(last) ? last : undefined;
  judge(answer, { chunk, encoding: parts ? undefined : encodingIn(encoding), isWhole: true });
  if (answer.replacement) {
    endReplaced(answer, called, chunk, parts ? undefined : encodingIn(encoding));
    return res;
  }
  if (answer.head) passHead(answer);
  return attempt(answer, () =>
    parts ? below.end.call(res, chunk, called) : below.end.call(res, body, encoding, callback),
  );
}

function flushHeadersOf(answer: PendingAnswer): void {
  const { res, below, phase, parts } = answer;
  if (phase === "discarding") return;
  if (phase === "open" || phase === "held") {
    if (!bringHead(answer, { isWhole: false })) return;
    if (parts) below.write.call(res, Buffer.concat(parts));
  }
  attempt(answer, () => below.flushHeaders?.call(res));
}

/** Judges an answer whose content continues, and sends its head unless Node does that. False: it is replaced. */
function bringHead(answer: PendingAnswer, content: FirstContent): boolean {
  judge(answer, content);
  if (answer.replacement) discard(answer);
  else if (answer.head) passHead(answer);
  return answer.replacement === undefined;
}

/** True when the head waits for the rest of content whose length is known. */
function isAwaited(answer: PendingAnswer): boolean {
  const { res, options } = answer;
  if (answer.parts) return true;
  if (!options.awaitedBytes || !Number.isNaN(answer.missingBytes)) return false;
  answer.missingBytes = Number(res.getHeader("content-length") ?? 0);
  if (!(answer.missingBytes > 0 && answer.missingBytes <= options.awaitedBytes())) return false;
  // The layers nearer to the handler add their fields now, as they would without this package.
  if (answer.phase === "open") res.writeHead(res.statusCode);
  answer.parts = [];
  return true;
}

function gather(
  answer: PendingAnswer,
  chunk: string | Uint8Array,
  encoding: unknown,
  callback: unknown,
): boolean {
  const parts = answer.parts!;
  parts.push(bytesOf(chunk, encoding));
  answer.missingBytes -= lengthOf(chunk, encoding);
  if (answer.missingBytes > 0) {
    if (typeof callback === "function") process.nextTick(callback as () => void);
    return true;
  }
  const whole = Buffer.concat(parts);
  if (!bringHead(answer, { chunk: whole, isWhole: true })) return writeOf(answer, chunk, encoding, callback);
  return answer.below.write.call(answer.res, whole, callback);
}

function isContent(chunk: unknown): chunk is string | Uint8Array {
  return typeof chunk === "string" || chunk instanceof Uint8Array;
}

/** A copy, because the handler may write to its own buffer when it goes on. */
function bytesOf(chunk: string | Uint8Array, encoding: unknown): Buffer {
  return typeof chunk === "string" ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk);
}

function encodingIn(encoding: unknown): BufferEncoding | undefined {
  return typeof encoding === "string" ? (encoding as BufferEncoding) : undefined;
}

function callbackIn(...args: unknown[]): ((error?: Error) => void) | undefined {
  return args.find((argument) => typeof argument === "function") as ((error?: Error) => void) | undefined;
}
