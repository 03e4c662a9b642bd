import { evaluate, isTransfer, type Policy, parseDate } from "@entity-tag/core";
import { keepsFor, type PlainResponse, responseFor } from "@entity-tag/core/adapter";
import { asked, keepFromHandler } from "./asked.ts";
import { sendThrough, weakenTag, withholding } from "./compressor.ts";
import { type EarlyAnswer, overHttp1, overHttp2 } from "./early-answer.ts";
import { judged, type NodeRequest, type NodeResponse, text } from "./message.ts";
import { flat, takeBack } from "./settled.ts";
import { IN_PARTS, needsContent, type Tagging, tagOf } from "./tagging.ts";

/** Judges the answer to a read when its head is due, whichever way that comes about. */
export function judgeLate<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  options: Tagging<Req, Res> & Policy,
): void {
  const request = keepFromHandler(req, asked(req), options.now);
  const { end, flushHeaders, getHeader, removeHeader, write, writeHead } = res;
  const hasLayersBelow = Object.hasOwn(res, "writeHead");
  const isHttp2 = req.httpVersionMajor === 2;
  let isJudged = false;
  /** What is answered instead of what the handler writes. */
  let instead: PlainResponse | undefined;
  /** Once all of that has been written. */
  let early: EarlyAnswer | undefined;

  const judge = (body?: unknown, encoding?: unknown) => {
    if (isJudged) return;
    isJudged = true;
    if (res.headersSent || !isTransfer(req.method ?? "", res.statusCode)) return;
    let etag = tagOf(req, res, options, body, encoding);
    if (isCodedAbove()) etag = weakenTag(res);
    if (judged.has(res)) return;
    const state = { etag, lastModified: parseDate(text(res, "last-modified")) };
    instead = responseFor(evaluate(request, state, options), request, state, options, []);
    if (instead !== undefined) res.statusCode = instead.status;
  };
  const hasLayersAbove = () => res.writeHead !== head;
  /** A compressor between this layer and the handler has wrapped `writeHead`, and codes the body. */
  const isCodedAbove = () => hasLayersAbove() && getHeader.call(res, "content-encoding") !== undefined;
  /** To be done while the type is still there. */
  const withhold = () => {
    res.getHeader = withholding(
      req,
      res,
      getHeader,
      () => instead !== undefined || keepsFor(res.statusCode) !== undefined,
    );
  };

  const sendBelow = (status: number, phrase?: unknown, fields?: unknown) => {
    // A layer above may have made another answer of it.
    if (!res.headersSent && instead?.status !== status) instead = undefined;
    if (isCodedAbove()) weakenTag(res);
    // Not before: until a head is sent, the handler may set fields.
    const stays = instead?.keeps ?? keepsFor(status);
    if (stays !== undefined) takeBack(res, stays);
    const second = instead === undefined ? phrase : flat(instead);
    if (!hasLayersBelow) return writeHead.call(res, status, second, fields);
    return sendThrough(res, () => writeHead.call(res, status, second, fields));
  };
  /** By the way of every head: the layers above have fields of their own to add. */
  const sendHead = () => {
    if (hasLayersBelow || hasLayersAbove()) withhold();
    res.writeHead(res.statusCode);
  };
  /** What is complete need not wait for the handler. */
  const sendWhole = () => {
    if (early !== undefined) return;
    early = isHttp2 ? overHttp2(res) : overHttp1;
    if (!res.headersSent) sendHead();
    if (instead?.body !== undefined) write.call(res, instead.body);
    if (isHttp2 && instead !== undefined) res.stream?.end();
  };

  const head = (status: number, phrase?: unknown, fields?: unknown) => {
    if (isJudged || !isTransfer(req.method ?? "", status)) {
      isJudged = true;
      return sendBelow(status, phrase, fields);
    }
    if (typeof phrase === "string") res.statusMessage = phrase;
    setHead(res, status, typeof phrase === "string" ? fields : (fields ?? phrase));
    if (needsContent(req, res, options.tag)) {
      // Over HTTP/1 a head waits for the body anyway; over HTTP/2, for one that comes in the same turn.
      if (isHttp2) setImmediate(() => res.flushHeaders?.());
      return res;
    }
    judge();
    sendBelow(res.statusCode);
    if (isHttp2 && instead !== undefined) sendWhole();
    return res;
  };
  res.writeHead = head;

  /** A handler that answers 304 by itself takes the type back first, as Express does for files. */
  res.removeHeader = (name) => {
    const hasOthers = hasLayersBelow || hasLayersAbove();
    if (hasOthers && name.toLowerCase() === "content-type" && getHeader.call(res, name)) withhold();
    removeHeader.call(res, name);
  };

  const flush = () => {
    judge();
    if (instead !== undefined) sendWhole();
    flushHeaders?.call(res);
  };
  res.flushHeaders = flush;

  res.write = (chunk, encoding, callback) => {
    judge(IN_PARTS);
    if (instead !== undefined && early === undefined) flush();
    if (instead === undefined || early?.isGone(res)) return write.call(res, chunk, encoding, callback);
    // With back-pressure, lest an endless source hold up everybody else.
    setImmediate(() => {
      callbackIn([encoding, callback])?.();
      res.emit("drain");
    });
    return false;
  };

  res.end = (body, encoding, callback) => {
    judge(body, encoding);
    if (instead !== undefined) sendWhole();
    if (instead === undefined) return end.call(res, body, encoding, callback);
    end.call(res, undefined, undefined, callbackIn([body, encoding, callback]));
    early?.done();
    return res;
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
