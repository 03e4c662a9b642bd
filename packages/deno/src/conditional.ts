import { type ConditionalOptions, conditional as guard } from "@entity-tag/core/fetch";

/** The second argument that `Deno.serve` passes to a handler: the shape of `Deno.ServeHandlerInfo`. */
export interface ServeInfo<Address = { transport: "tcp" | "udp"; hostname: string; port: number }> {
  remoteAddr: Address;
  /** Settles when the answer has been sent; rejects if it could not be. */
  completed: Promise<void>;
}

/**
 * A handler for `Deno.serve`, or for `export default { fetch }`, that obeys the conditions of each request.
 *
 * With `current`, every method is judged before the handler acts. Without `current`, reads are judged by their answer.
 * The options are those of `conditional` in `@entity-tag/core/fetch`; `current` gets the request and `info`.
 *
 * @throws {TypeError} at once on an unknown or wrong option, and on `require` without `current`
 * @example
 * Deno.serve(conditional(() => Response.json({ hello: "world" })));
 * @see RFC 9110 §13.2
 */
export function conditional<Info extends ServeInfo<unknown> = ServeInfo>(
  handler: (request: Request, info: Info) => Response | Promise<Response>,
  options?: ConditionalOptions<Request, [info: Info]>,
): (request: Request, info: Info) => Promise<Response> {
  return guard(handler, options);
}
