import { CONDITIONAL_RULES, checkMethods, checkOptions } from "@entity-tag/core/adapter";
import { type BunServer, conditional } from "./conditional.ts";
import type { Options, Route } from "./route-types.ts";
import { copyOf } from "./transport/static-response.ts";
import { type BunFile, fileState } from "./validator.ts";

/**
 * The table for `Bun.serve({ routes })`. Its handlers and static responses obey the conditions of each request, as
 * `conditional` does. All other entries are left to Bun: HTML imports, directories, `false`. Bun still sends the
 * files.
 * @throws {TypeError} at once on a misspelt method or option, and on `require` without `current`
 * @example Bun.serve({ routes: routes({ "/hello/:name": ({ params }) => new Response(`Hello, ${params.name}`) }) });
 * @see RFC 9110 §13.2
 */
export function routes<T extends { [P in keyof T]: Route<P> }>(table: T, options: Options = {}): NoInfer<T> {
  checkOptions(options, CONDITIONAL_RULES, "routes()");
  if (typeof table !== "object" || table === null || Array.isArray(table) || table instanceof Response) {
    throw new TypeError(`routes() was given ${String(table)}: use a table of paths, as in { "/": handler }`);
  }
  const guarded = (value: unknown): unknown => {
    if (typeof value === "function") return conditional(value as () => Response, options);
    return value instanceof Response ? fixed(value, options) : value;
  };
  const entries = Object.entries<unknown>(table).map(([path, route]) => {
    if (!isTableOfMethods(route)) return [path, guarded(route)];
    checkMethods(route, `routes() at ${path}`);
    return [path, Object.fromEntries(Object.entries(route).map(([method, part]) => [method, guarded(part)]))];
  });
  return Object.fromEntries(entries) as T;
}

/** Bun takes other objects, too: HTML imports, directories, files. */
function isTableOfMethods(route: unknown): route is object {
  if (typeof route !== "object" || route === null || route instanceof Response) return false;
  return Object.values(route).some((part) => typeof part === "function" || part instanceof Response);
}

/**
 * Each request gets a copy. A file is judged by the disk, unless the response has validators of its own. If the file
 * does not exist, `fetch` answers, as in Bun.
 */
function fixed(response: Response, options: Options) {
  const content = response.clone().blob() as Promise<unknown> as Promise<Content>;
  const copy = async (request: Request) => copyOf(response, request, (await content).type);
  const send = (current?: Options["current"]) => conditional(copy, { current, ...options });
  const byContent = send();
  const isStamped = response.headers.has("ETag") || response.headers.has("Last-Modified");
  const byDisk = isStamped ? byContent : send(async () => fileState(await content));
  return async (request: never, server: BunServer & { fetch(request: Request): Promise<Response> }) => {
    const found = await (await content).stat()?.catch(() => null);
    if (found === undefined) return byContent(request, server);
    return found?.isFile() ? byDisk(request, server) : server.fetch(request).catch(orNotFound);
  };
}
type Content = Omit<BunFile, "stat"> & { type: string; stat(): Promise<{ isFile(): boolean }> | undefined };
const orNotFound = (error: Error) =>
  error.message.includes("fetch handler") ? new Response(null, { status: 404 }) : Promise.reject(error);
