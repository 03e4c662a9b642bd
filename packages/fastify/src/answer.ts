import { Readable } from "node:stream";
import { type FrameworkAnswer, releaseContent } from "@entity-tag/node/framework";
import type { FastifyReply } from "fastify";

/** The answer of Fastify, with the payload that a hook was given. `payload` is what the hook returns. */
export interface Answer extends FrameworkAnswer<FastifyReply> {
  payload: unknown;
}

export function answerOf(reply: FastifyReply, payload?: unknown): Answer {
  return {
    reply,
    payload,
    get status() {
      return reply.statusCode;
    },
    set status(status) {
      reply.code(status);
    },
    get: (name) => reply.getHeader(name)?.toString(),
    set: (name, value) => void reply.header(name, value),
    remove: (name) => void reply.removeHeader(name),
    fieldNames: () => Object.keys(reply.getHeaders()),
    hasContent() {
      return this.payload != null;
    },
    content() {
      return this.payload;
    },
    setContent(content) {
      releaseContent(this.payload);
      if (content === undefined) removeTrailers(reply);
      this.payload = content ?? emptyFor(reply);
    },
    // @fastify/compress does not look at an answer without content, so it would set no `Vary`.
    isCompressed: "compress" in reply,
  };
}

/**
 * Without a payload, Fastify's own HEAD route sends `Content-Length: 0`, but the field must have the length of the 200
 * (RFC 9110 §8.6). For a stream it sends no length.
 */
function emptyFor({ request }: FastifyReply): Readable | undefined {
  return request.method === "HEAD" ? Readable.from([]) : undefined;
}

/**
 * Node refuses trailers after an answer without content. Fastify announces even those that `removeTrailer` removed, so
 * its own list of them goes.
 */
function removeTrailers(reply: FastifyReply): void {
  const list = Object.getOwnPropertySymbols(reply).find(
    (key) => key.description === "fastify.reply.trailers",
  );
  if (list !== undefined) Object.assign(reply, { [list]: null });
}
