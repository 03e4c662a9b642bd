import { type ConditionalOptions, conditional as guard } from "@entity-tag/core/fetch";
import { contentTag } from "./validator.ts";

/** What is asked of Bun's server; a handler that asks for more names Bun's own type. */
export type BunServer = { upgrade(request: Request, options?: object): boolean };

/**
 * A handler for `Bun.serve({ fetch })` that obeys the conditions of each request. `undefined`, which says that the
 * request became a WebSocket, passes through. The options are those of `conditional` in `@entity-tag/core/fetch`;
 * with `current`, every method is judged before the handler acts; without it, reads are judged by their answer.
 *
 * @throws {TypeError} at once on `require` without `current`
 * @example Bun.serve({ fetch: conditional(() => Response.json({ hello: "world" })) });
 * @see RFC 9110 §13.2
 */
export function conditional<Res extends Response | undefined, Req extends Request, Server = BunServer>(
  handler: (request: Req, server: Server) => Res | Promise<Res>,
  { tag, ...options }: ConditionalOptions<Req, [server: Server]> = {},
): (request: Req, server: Server) => Promise<Res | Response> {
  const isOwn = tag === false || typeof tag === "function";
  return guard(handler, { ...options, tag: isOwn ? tag : { contentTag, ...tag } });
}
