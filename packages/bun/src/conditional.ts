import { parseDate, validatorFields } from "@entity-tag/core";
import { CONDITIONAL_RULES, checkOptions } from "@entity-tag/core/adapter";
import { type ConditionalOptions, conditional as guard } from "@entity-tag/core/fetch";
import { asPart } from "./transport/file-part.ts";
import { contentTag, sentFileState } from "./validator.ts";

export type Native = typeof globalThis extends { Bun: infer Bun } ? Bun : object;
type Server = Native extends { serve(options: never): infer S } ? Omit<S, "upgrade"> : object;
/** Bun's server, by Bun's own types where they are installed. A WebSocket may have data of any type. */
export type BunServer = Server & { upgrade(request: Request, options?: object): boolean };

/**
 * A handler for `Bun.serve({ fetch })` that obeys the conditions of each request, with the options of core's
 * `conditional`. `undefined` or `null`, which says that the request became a WebSocket, passes through.
 * @throws {TypeError} at once without a handler, on an unknown or wrong option, and on `require` without `current`
 * @example Bun.serve({ fetch: conditional(() => Response.json({ hello: "world" })) });
 * @see RFC 9110 §13.2
 */
export function conditional<Res extends Response | undefined, Req extends Request, Server = BunServer>(
  handler: (request: Req, server: Server) => Res | Promise<Res>,
  options: ConditionalOptions<Req, [server: Server]> = {},
): (request: Req, server: NoInfer<Server>) => Promise<Res | Response> {
  if (typeof handler !== "function")
    throw new TypeError("conditional() needs a handler: conditional(handler, options)");
  checkOptions(options, CONDITIONAL_RULES, "conditional()");
  const { tag } = options;
  const isOwn = tag === false || typeof tag === "function";
  const fieldsOf = (file: Blob) => (isOwn ? [] : validatorFields(sentFileState(file, true)));
  const handle = async (request: Req, server: Server) =>
    asPart(request, await handler(request, server), fieldsOf);
  const guarded = guard(handle, {
    ...options,
    tag: isOwn ? tag : { contentTag, fileState: sentFileState, ...tag },
  });
  return async (request, server) => withoutPartByDate(request, await guarded(request, server));
}

/**
 * Bun sends a part of a file by itself if `If-Range` is the date of the answer, which several versions of one second
 * share. Without that date Bun sends the whole file, which is always right (RFC 9110 §13.1.5).
 */
function withoutPartByDate<Res extends Response | undefined>({ headers }: Request, response: Res): Res {
  const asked = parseDate(headers.get("If-Range"));
  // Check the request first, because reading the fields of an answer changes how Bun sends a part of a file.
  if (asked === undefined || !response || !headers.has("Range")) return response;
  if (response.headers.has("Content-Range")) return response;
  const isDated = asked === parseDate(response.headers.get("Last-Modified"));
  if (isDated) response.headers.delete("Last-Modified");
  return response;
}
