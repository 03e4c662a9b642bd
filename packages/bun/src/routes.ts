import type { ConditionalOptions } from "@entity-tag/core/fetch";
import { type BunServer, conditional, type Native } from "./conditional.ts";
import { type BunFile, fileState } from "./validator.ts";

type Names<P> = P extends `${infer A}/${infer B}` ? Names<A | B> : P extends `:${infer Name}` ? Name : never;
type Cookies = Native extends { CookieMap: { prototype: infer C } } ? { readonly cookies: C } : object;
/** A request with the parameters of its route and, where Bun's own types are installed, its cookies. */
export type RouteRequest<P> = Request & Cookies & { readonly params: { readonly [N in Names<P>]: string } };
// A method, so that a handler may name Bun's own types for its arguments.
type Handler<Path> = { handle(request: RouteRequest<Path>, server: BunServer): unknown }["handle"];
type Route<Path> = Handler<Path> | { readonly [method: string]: Handler<Path> | object } | object | false;
type Options = ConditionalOptions<Request & { readonly params: Record<string, string> }, [server: BunServer]>;

/**
 * The table for `Bun.serve({ routes })`. Its handlers and static responses obey the conditions of each request, as
 * `conditional` does. All other entries are left to Bun: HTML imports, directories, `false`. Bun still sends the
 * files.
 * @throws {TypeError} at once on `require` without `current`
 * @example Bun.serve({ routes: routes({ "/hello/:name": ({ params }) => new Response(`Hello, ${params.name}`) }) });
 * @see RFC 9110 §13.2
 */
export function routes<T extends { [P in keyof T]: Route<P> }>(table: T, options: Options = {}): NoInfer<T> {
  const guard = (value: unknown): unknown => {
    if (typeof value === "function") return conditional(value as () => Response, options);
    if (value instanceof Response) return fixed(value, options);
    if (typeof value !== "object" || value === null) return value;
    const parts = Object.entries(value).map(([key, part]) => [key, guard(part)] as const);
    return parts.every(([key, part]) => part === Reflect.get(value, key)) ? value : Object.fromEntries(parts);
  };
  return guard(table) as T;
}

/** Each request gets a copy. A file is judged by the disk. If it does not exist, `fetch` answers, as in Bun. */
function fixed(response: Response, options: Options) {
  const content = response.clone().blob() as Promise<unknown> as Promise<Content>;
  const copy = async () => typed(response.clone(), (await content).type);
  const send = (current?: Options["current"]) => conditional(copy, { current, ...options });
  const byContent = send();
  const byDisk = send(async () => fileState(await content));
  return async (request: never, server: BunServer & { fetch(request: Request): Promise<Response> }) => {
    const found = await (await content).stat()?.catch(() => null);
    if (found === undefined) return byContent(request, server);
    return found?.isFile() ? byDisk(request, server) : server.fetch(request).catch(unlessThereIsNone);
  };
}
/** Bun finds out the type of a string when it sends it, but not for HEAD. */
function typed(response: Response, type: string): Response {
  if (type !== "" && !response.headers.has("Content-Type")) response.headers.set("Content-Type", type);
  return response;
}
type Content = Omit<BunFile, "stat"> & { type: string; stat(): Promise<{ isFile(): boolean }> | undefined };
const unlessThereIsNone = (error: Error) =>
  error.message.includes("fetch handler") ? new Response(null, { status: 404 }) : Promise.reject(error);
