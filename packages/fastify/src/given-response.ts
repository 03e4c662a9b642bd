import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";

/** Gives the reply the status and the fields of a `Response`. Returns its content, which all hooks may still change. */
export function contentOf(reply: FastifyReply, { status, headers, body }: Response): Readable | undefined {
  reply.code(status);
  // Fastify adds a cookie to the cookies that were set before, and replaces any other field.
  for (const [name, value] of headers) reply.header(name, value);
  return body ? Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]) : undefined;
}
