import { evaluate, type Policy, parseDate, parseTag } from "@entity-tag/core";
import { asked } from "./asked.ts";
import { sendThrough, weakenTag } from "./compressor.ts";
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
  /** What is answered instead, and the type of what is not. */
  let instead: Settled | undefined;
  let type: string | undefined;

  const judge = (body?: unknown, encoding?: unknown) => {
    isJudged = true;
    if (res.headersSent || !isSuccess(res.statusCode)) return;
    addTag(req, res, options, body, encoding);
    if (isCodedAbove()) weakenTag(res);
    const request = asked(req);
    const state = { etag: parseTag(text(res, "ETag")), lastModified: parseDate(text(res, "Last-Modified")) };
    const decision = evaluate(request, state, options);
    if (decision.outcome === "proceed") return;
    type = text(res, "Content-Type");
    instead = settled(decision, request, state);
    takeBack(res, instead.status);
    setHead(res, instead.status, instead.body && instead.fields);
  };
  /** Not if an error handler has begun another answer meanwhile. */
  const isReplaced = () => instead !== undefined && instead.status === res.statusCode;
  /** A compressor between this layer and the handler has wrapped `writeHead`, and codes the body. */
  const isCodedAbove = () => res.writeHead !== head && res.getHeader("Content-Encoding") !== undefined;

  const sendHead = (status: number, phrase?: unknown, fields?: unknown) => {
    if (isCodedAbove()) weakenTag(res);
    if (!hasLayersBelow) return writeHead.call(res, status, phrase, fields);
    const send = () => writeHead.call(res, status, phrase, fields);
    return sendThrough(res, isReplaced() ? type : undefined, send);
  };
  /** A 304 is complete with its head, and need not wait for the handler. Over HTTP/2 it would end the handler's stream. */
  const sendEarly = () => {
    if (isHttp2 || res.headersSent || res.statusCode !== 304) return;
    sendHead(304);
    flushHeaders?.call(res);
  };

  const head = (status: number, phrase?: unknown, fields?: unknown) => {
    if (isJudged || !isSuccess(status)) {
      isJudged = true;
      return instead?.status === status ? res : sendHead(status, phrase, fields);
    }
    if (typeof phrase === "string") res.statusMessage = phrase;
    setHead(res, status, typeof phrase === "string" ? fields : (fields ?? phrase));
    if (needsBody(req, res, options.tag)) {
      // Over HTTP/1 a head waits for the body anyway; over HTTP/2, for one that comes in the same turn.
      if (isHttp2) setImmediate(() => res.flushHeaders?.());
      return res;
    }
    judge();
    return isReplaced() ? res : sendHead(status);
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
    const replacement = res.writableEnded ? undefined : instead?.body;
    return end.call(res, replacement, "utf8", callbackIn([body, encoding, callback]));
  };
}

/** Sets what `writeHead` was given: an object, a flat list or a list of pairs. */
function setHead(res: NodeResponse, status: number, fields: unknown = {}): void {
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

/** §13.2.1: conditions apply to no other answer. */
function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}
