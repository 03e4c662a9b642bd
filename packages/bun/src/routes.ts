import type { ConditionalOptions } from "@entity-tag/core/fetch";
import { type BunServer, conditional } from "./conditional.ts";
import { type BunFile, fileState } from "./validator.ts";

type Names<P> = P extends `${infer A}/${infer B}` ? Names<A | B> : P extends `:${infer Name}` ? Name : never;
/** A request with the parameters of its route. */
export type RouteRequest<Path> = Request & { readonly params: { readonly [Name in Names<Path>]: string } };
// Written as a method, so that a handler may name Bun's own types for its arguments.
type Handler<Path> = { handle(request: RouteRequest<Path>, server: BunServer): unknown }["handle"];
type Route<Path> = Handler<Path> | { readonly [method: string]: Handler<Path> | object } | object | false;
type Options = ConditionalOptions<Request & { readonly params: Record<string, string> }, [server: BunServer]>;

/**
 * The table for `Bun.serve({ routes })`, its handlers and static responses made to obey the conditions of each request
 * as `conditional` does. All else is left to Bun: HTML imports, directories, `false`. Files are still sent by Bun.
 * The type is that of the table given, although every handler answers with a promise now.
 *
 * @throws {TypeError} at once on `require` without `current`
 * @example Bun.serve({ routes: routes({ "/hello/:name": ({ params }) => new Response(`Hello, ${params.name}`) }) });
 * @see RFC 9110 §13.2
 */
export function routes<T extends { [P in keyof T]: Route<P> }>(table: T, options: Options = {}): NoInfer<T> {
  const guard = (value: unknown): unknown => {
    if (typeof value === "function") return conditional(value as () => Response, options);
    if (value instanceof Response) return fixed(value, options);
    if (typeof value !== "object" || value === null) return value;
    const parts = Object.entries(value).map(([name, part]) => [name, guard(part), part] as const);
    if (parts.every(([, guarded, part]) => guarded === part)) return value;
    return Object.fromEntries(parts.map(([name, guarded]) => [name, guarded]));
  };
  return guard(table) as T;
}

/** A response is sent once, so each request gets a copy. One that is a file is judged by the disk. */
function fixed(response: Response, options: Options) {
  const file = response.clone().blob() as Promise<Blob & BunFile>;
  const copy = () => response.clone();
  const byContent = conditional(copy, options);
  const byDisk = conditional(copy, { current: async () => fileState(await file), ...options });
  return async (request: never, server: BunServer) =>
    (fileState(await file) ? byDisk : byContent)(request, server);
}
