import { evaluate, isTransfer, type Policy, parseDate, parseTag } from "@entity-tag/core";
import { asked } from "./asked.ts";
import { sendThrough, weakenTag, withholding } from "./compressor.ts";
import { type NodeRequest, type NodeResponse, text } from "./message.ts";
import { type Settled, settled, takeBack } from "./settled.ts";
import { addTag, needsBody, type Tagging } from "./tagging.ts";

/** Judges the answer to a read when its head is due, whichever way that comes about. */
export function judgeLate<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  options: Tagging<Req, Res> & Policy,
): void {
  const { end, flushHeaders, getHeader, removeHeader, write, writeHead } = res;
  const hasLayersBelow = Object.hasOwn(res, "writeHead");
  const isHttp2 = req.httpVersionMajor === 2;
  let isJudged = false;
  let isFlushed = false;
  /** What is answered instead of what the handler writes. */
  let instead: Settled | undefined;

  const judge = (body?: unknown, encoding?: unknown) => {
    if (isJudged) return;
    isJudged = true;
    if (res.headersSent || !isTransfer(req.method ?? "", res.statusCode)) return;
    addTag(req, res, options, body, encoding);
    if (isCodedAbove()) weakenTag(res);
    const request = asked(req);
    const state = { etag: parseTag(text(res, "etag")), lastModified: parseDate(text(res, "last-modified")) };
    const decision = evaluate(request, state, options);
    if (decision.outcome === "proceed") return;
    instead = settled(decision, request, state);
    res.statusCode = instead.status;
  };
  /** Not if an error handler has begun another answer meanwhile. */
  const isReplaced = (status = res.statusCode) => instead?.status === status;
  /** A compressor between this layer and the handler has wrapped `writeHead`, and codes the body. */
  const isCodedAbove = () => res.writeHead !== head && getHeader.call(res, "content-encoding") !== undefined;
  /** To be done while the type is still there. */
  const withhold = () => {
    res.getHeader = withholding(req, res, getHeader, () => res.statusCode === 304 || isReplaced());
  };

  const sendHead = (status: number, phrase?: unknown, fields?: unknown) => {
    const replacement = isReplaced(status) ? instead : undefined;
    if (replacement !== undefined) {
      // Not before: until a head is sent, the handler may set fields.
      if (hasLayersBelow) withhold();
      takeBack(res, replacement.status);
    } else if (isCodedAbove()) weakenTag(res);
    const second = replacement?.fields ?? phrase;
    if (!hasLayersBelow) return writeHead.call(res, status, second, fields);
    return sendThrough(res, () => writeHead.call(res, status, second, fields));
  };
  /** A 304 is complete with its head, and need not wait for the handler. Over HTTP/2 it would end the handler's stream. */
  const sendEarly = () => {
    if (isHttp2 || isFlushed || res.statusCode !== 304) return;
    isFlushed = true;
    if (!res.headersSent) sendHead(304);
    flushHeaders?.call(res);
  };

  const head = (status: number, phrase?: unknown, fields?: unknown) => {
    if (isJudged || !isTransfer(req.method ?? "", status)) {
      isJudged = true;
      return isReplaced(status) ? res : sendHead(status, phrase, fields);
    }
    if (typeof phrase === "string") res.statusMessage = phrase;
    setHead(res, status, typeof phrase === "string" ? fields : (fields ?? phrase));
    if (needsBody(req, res, options.tag)) {
      // Over HTTP/1 a head waits for the body anyway; over HTTP/2, for one that comes in the same turn.
      if (isHttp2) setImmediate(() => res.flushHeaders?.());
      return res;
    }
    judge();
    return isHttp2 && isReplaced() ? res : sendHead(res.statusCode);
  };
  res.writeHead = head;

  /** A handler that answers 304 by itself takes the type back first, as Express does for files. */
  res.removeHeader = (name) => {
    const hasOthers = hasLayersBelow || res.writeHead !== head;
    if (hasOthers && name.toLowerCase() === "content-type" && getHeader.call(res, name)) withhold();
    removeHeader.call(res, name);
  };

  res.flushHeaders = () => {
    judge();
    if (isReplaced()) sendEarly();
    else flushHeaders?.call(res);
  };

  res.write = (chunk, encoding, callback) => {
    judge();
    if (!isReplaced()) return write.call(res, chunk, encoding, callback);
    sendEarly();
    // With back-pressure, lest an endless source hold up everybody else.
    setImmediate(() => {
      callbackIn([encoding, callback])?.();
      res.emit("drain");
    });
    return false;
  };

  res.end = (body, encoding, callback) => {
    judge(body, encoding);
    if (!isReplaced()) return end.call(res, body, encoding, callback);
    if (!res.headersSent) sendHead(res.statusCode);
    // Over HTTP/2, `end` would hand its content to the `write` of the outermost layer, and lose it.
    if (!res.writableEnded && instead?.body !== undefined) write.call(res, instead.body);
    return end.call(res, undefined, undefined, callbackIn([body, encoding, callback]));
  };
}

/** Sets what `writeHead` was given: an object, a flat list or a list of pairs. */
function setHead(res: NodeResponse, status: number, fields: unknown): void {
  res.statusCode = status;
  const isFlat = Array.isArray(fields) && !Array.isArray(fields[0]);
  const list = isFlat ? fields : (Array.isArray(fields) ? fields : Object.entries(fields ?? {})).flat();
  for (let i = 0; i < list.length; i += 2) res.removeHeader(list[i]);
  for (let i = 0; i < list.length; i += 2) res.appendHeader(list[i], list[i + 1]);
}

function callbackIn(args: unknown[]): (() => void) | undefined {
  return args.find((argument) => typeof argument === "function") as (() => void) | undefined;
}
