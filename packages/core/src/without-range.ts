/**
 * Calls the handler with the request without `Range`, so that it sends the whole representation.
 *
 * All else of the request stays: `Range` is removed for the call and put back. Where the fields cannot be written,
 * as on Deno and in workers, the handler gets a copy with the class and the members of the original.
 */
export async function withoutRange<Req extends Request, Res>(
  request: Req,
  handle: (request: Req) => Res | Promise<Res>,
): Promise<Res> {
  const range = request.headers.get("Range");
  if (range === null) return handle(request);
  try {
    request.headers.delete("Range");
  } catch {
    const headers = new Headers(request.headers);
    headers.delete("Range");
    return handle(asOriginal(new Request(request, { headers }), request));
  }
  try {
    return await handle(request);
  } finally {
    request.headers.set("Range", range);
  }
}

/** The requests for two calls of a handler. The second is a copy if there is a body, which can be read only once. */
export function askedTwice<Req extends Request>(request: Req): { first: Req; second: Req } {
  if (request.body === null) return { first: request, second: request };
  return { first: request, second: asOriginal(request.clone(), request) };
}

/** Members that a copy has of its own: its fields have no `Range`, and the body of the original is used. */
const OF_THE_COPY = [
  "arrayBuffer",
  "blob",
  "body",
  "bodyUsed",
  "bytes",
  "clone",
  "formData",
  "headers",
  "json",
  "text",
];

/** The copy that the runtime made of a request, with the class and the members of the original. */
function asOriginal<Req extends Request>(copy: Request, original: Req): Req {
  // A member that the copy already has belongs to the runtime, so it stays.
  for (const key of Reflect.ownKeys(original)) {
    const member = Object.getOwnPropertyDescriptor(original, key)!;
    if (!Object.hasOwn(copy, key)) Object.defineProperty(copy, key, member);
  }
  const [made, wanted] = [Object.getPrototypeOf(copy), Object.getPrototypeOf(original)];
  if (made === wanted) return copy as Req;
  // A framework's class may keep its state in private fields, which only the original has.
  for (const key of membersOf(wanted)) {
    const get = OF_THE_COPY.includes(key as string)
      ? () => Reflect.get(made, key, copy)
      : () => boundTo(original, Reflect.get(original, key));
    if (!Object.hasOwn(copy, key)) Object.defineProperty(copy, key, { get, configurable: true });
  }
  return Object.setPrototypeOf(copy, wanted);
}

function membersOf(prototype: object | null): PropertyKey[] {
  if (prototype === null || prototype === Object.prototype) return [];
  const own = Reflect.ownKeys(prototype).filter((key) => key !== "constructor");
  return [...own, ...membersOf(Object.getPrototypeOf(prototype))];
}

function boundTo(owner: object, value: unknown): unknown {
  return typeof value === "function" ? value.bind(owner) : value;
}
