import { evaluate, isTransfer, listIncludes, type Policy, parseDate, parseTag } from "@entity-tag/core";
import { asked } from "./asked.ts";
import { sendThrough, type Withheld, weakenTag } from "./compressor.ts";
import type { NodeRequest, NodeResponse } from "./message.ts";
import { type Settled, settled, takeBack } from "./settled.ts";
import { addTag, needsBody, type Tagging } from "./tagging.ts";

/** Judges the answer to a read when its head is due, whichever way that comes about. */
export function judgeLate<Req extends NodeRequest, Res extends NodeResponse>(
  req: Req,
  res: Res,
  options: Tagging<Req, Res> & Policy,
): void {
  const { end, flushHeaders, write, writeHead } = res;
  const hasLayersBelow = Object.hasOwn(res, "writeHead");
  const isHttp2 = req.httpVersionMajor === 2;
  let isJudged = false;
  let isFlushed = false;
  /** What is answered instead, and what is not. */
  let instead: Settled | undefined;
  let withheld: Withheld | undefined;

  const judge = (body?: unknown, encoding?: unknown) => {
    isJudged = true;
    const request = asked(req);
    if (res.headersSent || !isTransfer(request.method, res.statusCode)) return;
    addTag(req, res, options, body, encoding);
    if (isCodedAbove()) weakenTag(res);
    const etag = parseTag(text(res, "ETag"));
    const state = { etag, lastModified: parseDate(text(res, "Last-Modified")) };
    const decision = evaluate(request, state, options);
    if (decision.outcome === "proceed") return;
    instead = settled(decision, request, state);
    const named = instead.status === 304 ? request.headers.get("if-none-match") : etag;
    const isHeldUncoded = etag !== undefined && listIncludes(named ?? "", etag, "strong");
    withheld = { type: text(res, "Content-Type"), isHeldUncoded };
    res.statusCode = instead.status;
  };
  /** Not if an error handler has begun another answer meanwhile. */
  const isReplaced = (status = res.statusCode) => instead?.status === status;
  /** A compressor between this layer and the handler has wrapped `writeHead`, and codes the body. */
  const isCodedAbove = () => res.writeHead !== head && res.getHeader("Content-Encoding") !== undefined;

  const sendHead = (status: number, phrase?: unknown, fields?: unknown) => {
    if (instead?.status === status) {
      // Not before: until a head is sent, the handler may set fields.
      takeBack(res, instead.status);
      setHead(res, status, instead.fields);
    } else if (isCodedAbove()) weakenTag(res);
    if (!hasLayersBelow) return writeHead.call(res, status, phrase, fields);
    const send = () => writeHead.call(res, status, phrase, fields);
    return sendThrough(res, isReplaced(status) ? withheld : undefined, send);
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

  res.flushHeaders = () => {
    if (!isJudged) judge();
    if (isReplaced()) sendEarly();
    else flushHeaders?.call(res);
  };

  res.write = (chunk, encoding, callback) => {
    if (!isJudged) judge();
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
    if (!isJudged) judge(body, encoding);
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

function text(res: NodeResponse, name: string): string | undefined {
  return res.getHeader(name)?.toString();
}
