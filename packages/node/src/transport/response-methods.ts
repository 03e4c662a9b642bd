import type { NodeRequest, NodeResponse } from "../message.ts";
import { gather, isAwaited } from "./awaited-content.ts";
import { discard, dropWrite, endDiscarded, endReplaced, isEndDelayed, isGone } from "./discarded-answer.ts";
import { freezeHead, headSentError } from "./frozen-head.ts";
import {
  attempt,
  type BeforeHeadOptions,
  endBelow,
  type FirstContent,
  type HeadHook,
  judge,
  type PendingAnswer,
  passHead,
  thaw,
  writeBytes,
} from "./pending-answer.ts";
import { bytesOf, callbackIn, encodingIn, ignore, isContent } from "./write-arguments.ts";
import { setWrittenHead } from "./written-head.ts";

/** Replaces the methods that write, so that the hook is called before the head of the response is sent. */
export function replaceMethods(
  req: NodeRequest,
  res: NodeResponse,
  hook: HeadHook,
  options: BeforeHeadOptions,
): void {
  const { writeHead, write, end, flushHeaders } = res;
  const answer: PendingAnswer = {
    res,
    isHttp2: req.httpVersionMajor === 2,
    isHead: req.method === "HEAD",
    sendsHeadFirst: req.httpVersionMajor === 2 || Object.hasOwn(res, "write"),
    hook,
    options,
    below: { writeHead, write, end, flushHeaders },
    listeners: res.listenerCount("finish"),
    phase: res.headersSent ? "sent" : "open",
    head: undefined,
    thaw: undefined,
    judgedStatus: 0,
    replacement: undefined,
    dropped: undefined,
    isLater: false,
    parts: undefined,
    missingBytes: Number.NaN,
  };
  // Bound functions: V8 lets responses with arrow functions as members outlive their requests until it has optimized
  // them.
  res.writeHead = writeHeadOf.bind(undefined, answer);
  res.write = writeOf.bind(undefined, answer);
  res.end = endOf.bind(undefined, answer);
  res.flushHeaders = flushHeadersOf.bind(undefined, answer);
}

function writeHeadOf(answer: PendingAnswer, status: number, phrase: unknown, fields: unknown): unknown {
  const { res, below, isHttp2 } = answer;
  const phase = phaseOf(answer);
  if (phase === "held" || (phase === "discarding" && isHttp2)) throw headSentError(isHttp2);
  if (phase === "open") return hold(answer, status, phrase, fields);
  if (phase !== "judged") return below.writeHead.call(res, status, phrase, fields);
  if (phrase === undefined && fields === undefined) res.statusCode = status;
  else answer.head = setWrittenHead(answer, status, phrase, fields);
  // A layer nearer to the handler has turned it into another answer.
  if (res.statusCode !== (answer.replacement?.status ?? answer.judgedStatus))
    judge(answer, { isWhole: false });
  passHead(answer);
  return res;
}

/** *Open* to *held*. */
function hold(answer: PendingAnswer, status: number, phrase: unknown, fields: unknown): NodeResponse {
  const { res, isHttp2 } = answer;
  answer.head = setWrittenHead(answer, status, phrase, fields);
  answer.thaw = freezeHead(res, isHttp2, () => sendAsGiven(answer));
  answer.phase = "held";
  if (isHttp2) setImmediate(() => sendAtLast(answer));
  return res;
}

/**
 * Sends the handler's head, and what it has written so far, unchanged: from here on the handler passes by the methods
 * of the response, which this package does not see.
 */
function sendAsGiven(answer: PendingAnswer): boolean {
  const { parts } = answer;
  judge(answer, { isWhole: false });
  answer.replacement = undefined;
  passHead(answer);
  if (parts) writeBytes(answer, Buffer.concat(parts));
  return false;
}

/** A head that was sent on the stream itself, as by `res.stream.respond`, can no longer be judged. */
function phaseOf(answer: PendingAnswer): PendingAnswer["phase"] {
  if (answer.phase === "open" && answer.res.headersSent) answer.phase = "sent";
  return answer.phase;
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
  const { res, below } = answer;
  const phase = phaseOf(answer);
  if (isEndDelayed(answer)) return ignore(callbackIn(encoding, callback));
  if (phase === "open" || phase === "held") return writeFirst(answer, chunk, encoding, callback);
  const isDropped = (phase === "discarding" || phase === "done") && isContent(chunk);
  if (isDropped) return dropWrite(answer, chunk, encodingIn(encoding), callbackIn(encoding, callback));
  return below.write.call(res, chunk, encoding, callback);
}

/** Judges an answer that continues after this chunk, unless its head waits for the rest of it. */
function writeFirst(answer: PendingAnswer, chunk: unknown, encoding: unknown, callback: unknown): boolean {
  const { res, below } = answer;
  // Node throws the error for it, and sends no head.
  if (!isContent(chunk) && !answer.sendsHeadFirst) return below.write.call(res, chunk, encoding, callback);
  if (isContent(chunk) && !isGone(res) && isAwaited(answer, sendAsGiven))
    return writeAwaited(answer, chunk, encoding, callback);
  const { parts } = answer;
  const first = isContent(chunk) ? { chunk, encoding: encodingIn(encoding) } : {};
  if (!bringHead(answer, { ...first, isWhole: false })) return writeOf(answer, chunk, encoding, callback);
  // A chunk that is not valid ends the wait for the rest.
  if (parts) writeBytes(answer, Buffer.concat(parts));
  return attempt(answer, () => below.write.call(res, chunk, encoding, callback));
}

function writeAwaited(
  answer: PendingAnswer,
  chunk: string | Uint8Array,
  encoding: unknown,
  callback: unknown,
): boolean {
  const whole = gather(answer, chunk, encodingIn(encoding));
  const called = callbackIn(encoding, callback);
  if (whole === undefined) return ignore(called);
  if (!bringHead(answer, { chunk: whole, isWhole: true })) return writeOf(answer, chunk, encoding, callback);
  return writeBytes(answer, whole, called);
}

function endOf(answer: PendingAnswer, body: unknown, encoding: unknown, callback: unknown): unknown {
  const { res, below } = answer;
  const phase = phaseOf(answer);
  if (isEndDelayed(answer)) {
    ignore(callbackIn(body, encoding, callback));
    return res;
  }
  if (phase === "open" || phase === "held") return endWhole(answer, body, encoding, callback);
  if (phase === "discarding" || phase === "done")
    return endDiscarded(answer, callbackIn(body, encoding, callback));
  // Over HTTP/2, the client may have left while writes were dropped. Then layers set their fields once more.
  thaw(answer);
  return below.end.call(res, body, encoding, callback);
}

/** Judges an answer that ends with this call, and ends it or its replacement. */
function endWhole(answer: PendingAnswer, body: unknown, encoding: unknown, callback: unknown): unknown {
  const { res, below, isHttp2 } = answer;
  // Node over HTTP/1 takes a value such as `false` or 0 for no content.
  const isNothing = typeof body === "function" || body == null || !(body || isHttp2 || isContent(body));
  const last = isContent(body) ? body : undefined;
  const isWrong = !isNothing && last === undefined;
  if (isWrong && !answer.sendsHeadFirst) return below.end.call(res, body, encoding, callback);
  const { parts } = answer;
  const awaited = parts && Buffer.concat(last === undefined ? parts : [...parts, bytesOf(last, encoding)]);
  const chunk = awaited ?? last;
  const coding = awaited ? undefined : encodingIn(encoding);
  const called = callbackIn(body, encoding, callback);
  judge(answer, { chunk, encoding: coding, isWhole: true });
  if (answer.replacement) {
    endReplaced(answer, called, chunk, coding);
    return res;
  }
  if (answer.head) passHead(answer);
  return attempt(answer, () => {
    if (!awaited) return below.end.call(res, body, encoding, callback);
    writeBytes(answer, awaited);
    return endBelow(answer, called);
  });
}

function flushHeadersOf(answer: PendingAnswer): void {
  const { res, below, parts } = answer;
  const phase = phaseOf(answer);
  if (phase === "discarding") return;
  if (phase === "open" || phase === "held") {
    if (!bringHead(answer, { isWhole: false })) return;
    if (parts) writeBytes(answer, Buffer.concat(parts));
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
