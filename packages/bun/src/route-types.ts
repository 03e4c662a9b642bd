import type { ConditionalOptions } from "@entity-tag/core/fetch";
import type { BunServer, Native } from "./conditional.ts";

type Names<P> = P extends `${infer A}/${infer B}` ? Names<A | B> : P extends `:${infer Name}` ? Name : never;
type Cookies = Native extends { CookieMap: { prototype: infer C } } ? { readonly cookies: C } : object;
/** A request with the parameters of its route and, where Bun's own types are installed, its cookies. */
export type RouteRequest<P> = Request & Cookies & { readonly params: { readonly [N in Names<P>]: string } };
// A method, so that a handler may name Bun's own types for its arguments.
type Handler<Path> = { handle(request: RouteRequest<Path>, server: BunServer): unknown }["handle"];
/** An entry of a table. */
export type Route<Path> =
  | Handler<Path>
  | { readonly [method: string]: Handler<Path> | object }
  | object
  | false;
/** The options of `routes`. */
export type Options = ConditionalOptions<
  Request & { readonly params: Record<string, string> },
  [server: BunServer]
>;
