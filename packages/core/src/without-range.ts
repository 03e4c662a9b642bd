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
    return handle(copyWithoutRange(request));
  }
  try {
    return await handle(request);
  } finally {
    request.headers.set("Range", range);
  }
}

function copyWithoutRange<Req extends Request>(request: Req): Req {
  const headers = new Headers(request.headers);
  headers.delete("Range");
  const copy = new Request(request, { headers });
  // A member that the copy has already belongs to the runtime, so it is not copied from the original.
  for (const key of Reflect.ownKeys(request)) {
    const member = Object.getOwnPropertyDescriptor(request, key)!;
    if (!Object.hasOwn(copy, key)) Object.defineProperty(copy, key, member);
  }
  return Object.setPrototypeOf(copy, Object.getPrototypeOf(request));
}

/** The request, for calling a handler twice: its body is kept for the second call. */
export function askedTwice<Req extends Request>(request: Req): { first: Req; second: Req } {
  if (request.body === null) return { first: request, second: request };
  const second = request.clone() as Req;
  return { first: request, second };
}
