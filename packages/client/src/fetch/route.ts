/**
 * Options of single runtimes that lead to another server, or carry a client's certificate: `dispatcher` on Node,
 * `client` on Deno, the others on Bun.
 */
const NAMES = ["client", "dispatcher", "proxy", "tls", "unix"];

const ids = new WeakMap<object, string>();

/** The route of a request as text. Requests with different routes must not share answers. */
export function routeOf(init: object): string[] {
  return Object.entries(init)
    .filter(([name, value]) => NAMES.includes(name) && value)
    .map(([name, value]) => `${name} ${typeof value === "object" ? idOf(value) : value}`);
}

/**
 * An id of this object. It is random, because a store that persists must not confuse it with one of another process.
 */
function idOf(value: object): string {
  const id = ids.get(value) ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
  ids.set(value, id);
  return id;
}
