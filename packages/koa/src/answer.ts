import { Readable } from "node:stream";
import { type FrameworkAnswer, releaseContent } from "@entity-tag/node/framework";
import type { Context } from "koa";

/** The answer of Koa, which it sends after all middleware. */
export function answerOf(ctx: Context): FrameworkAnswer<Context> {
  const { response } = ctx;
  return {
    reply: ctx,
    get status() {
      return ctx.status;
    },
    set status(status) {
      ctx.status = status;
    },
    get: (name) => String(response.get(name) ?? "") || undefined,
    set: (name, value) => ctx.set(name, value),
    remove: (name) => ctx.remove(name),
    fieldNames: () => Object.keys(response.headers),
    hasContent: () => ctx.body != null,
    content: () => (isEnded(ctx) ? undefined : isSentAsJson(ctx.body) ? JSON.stringify(ctx.body) : ctx.body),
    setContent(content) {
      const old = ctx.body;
      ctx.body = content ?? null;
      releaseContent(old);
    },
    get isCompressed() {
      return hasCompressor(ctx);
    },
  };
}

/** Over HTTP/2, Koa takes an answer to HEAD as finished from the start, and ends its stream before it can be read. */
function isEnded({ body, writable }: Context): boolean {
  return body instanceof Readable && !writable;
}

function isSentAsJson(body: unknown): boolean {
  if (typeof body !== "object" || body === null || Buffer.isBuffer(body)) return false;
  return !("pipe" in body || "getReader" in body || body instanceof Blob || body instanceof Response);
}

/**
 * koa-compress sets `Vary` on every answer that passes it. A 304 that is made before the handler runs does not pass a
 * compressor that is inside this middleware.
 */
function hasCompressor({ app }: Context): boolean {
  return app.middleware.some((each) => "preferredEncodings" in each);
}
