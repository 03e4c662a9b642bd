import { isBodyTaken } from "./touched-body.ts";

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
    // `current` or an outer layer may have read the body of a QUERY. Then it cannot be copied, so the runtime copies
    // the request with another body in its place.
    const isTaken = isBodyTaken(request);
    const init = isTaken ? { headers, body: new Uint8Array() } : { headers };
    return handle(asOriginal(new Request(request, init), request, isTaken));
  }
  try {
    return await handle(request);
  } finally {
    request.headers.set("Range", range);
  }
}

/** The requests for two calls of a handler. The second is a copy if there is a body, which can be read only once. */
export function askedTwice<Req extends Request>(request: Req): { first: Req; second: Req } {
  if (request.body === null || isBodyTaken(request)) return { first: request, second: request };
  return { first: request, second: asOriginal(request.clone(), request) };
}

const BODY_MEMBERS = [
  "arrayBuffer",
  "blob",
  "body",
  "bodyUsed",
  "bytes",
  "clone",
  "formData",
  "json",
  "text",
];
/** The copy keeps these members of its own: its fields have no `Range`, and its body can be read. */
const COPY_MEMBERS = [...BODY_MEMBERS, "headers"];

/**
 * The copy that the runtime made of a request, with the class and the members of the original. `isTaken`: the copy has
 * another body, so the members of the body are those of the original, too.
 */
function asOriginal<Req extends Request>(copy: Request, original: Req, isTaken = false): Req {
  const [made, wanted] = [Object.getPrototypeOf(copy), Object.getPrototypeOf(original)];
  const define = (key: PropertyKey, member: PropertyDescriptor) => {
    // A member that the copy already has belongs to the runtime, so it stays.
    if (!Object.hasOwn(copy, key)) Object.defineProperty(copy, key, { ...member, configurable: true });
  };
  const ofOriginal = (key: PropertyKey) => () => boundTo(original, Reflect.get(original, key));
  for (const key of Reflect.ownKeys(original)) {
    if (key !== "headers") define(key, Object.getOwnPropertyDescriptor(original, key)!);
  }
  if (isTaken) for (const key of BODY_MEMBERS) define(key, { get: ofOriginal(key) });
  if (made === wanted) return copy as Req;
  // A framework's class may keep its state in private fields, which only the original has.
  for (const key of membersOf(wanted)) {
    const isOfCopy = COPY_MEMBERS.includes(key as string);
    define(key, { get: isOfCopy ? () => Reflect.get(made, key, copy) : ofOriginal(key) });
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
