import type { ConditionalOptions } from "@entity-tag/core/fetch";

/** The fields of a request that its handler must see unchanged. */
export interface Seen {
  method: string;
  url: string;
  headers: [string, string][];
  body: string;
  isRequest: boolean;
  prototype: string;
  settings: string[];
  /** A member that an outer layer has added. */
  user: unknown;
  /** The members that only this platform's requests have. */
  members: object;
}

type Handler<Rest extends unknown[]> = (request: Request, ...rest: Rest) => Promise<Response>;
type Guard<Rest extends unknown[]> = (
  handler: Handler<Rest>,
  options?: ConditionalOptions<Request, Rest>,
) => Handler<Rest>;

type Way = "alone" | "early" | "late" | "read_alone" | "read_early" | "read_late";

/**
 * The same handler three times: alone, judged early, and judged late; and again behind a layer that has read the body.
 * It reads the body each time, and honours a `Range` without checking `If-Range`.
 */
export function seeing<Rest extends unknown[]>(
  membersOf: (request: Request, ...rest: Rest) => object,
  conditional: Guard<Rest>,
): Record<Way, Handler<Rest>> {
  const alone: Handler<Rest> = async (request, ...rest) => {
    const content = JSON.stringify(await seen(request, membersOf(request, ...rest)));
    const headers: Record<string, string> = { ETag: '"v2"', "Content-Type": "application/json" };
    if (!request.headers.has("Range")) return new Response(content, { headers });
    headers["Content-Range"] = `bytes 0-${content.length - 1}/${content.length}`;
    return new Response(content, { status: 206, headers });
  };
  const layered = (handler: Handler<Rest>): Handler<Rest> => {
    return (request, ...rest) => {
      Object.defineProperty(request, "user", { value: "ada", enumerable: true, configurable: true });
      return handler(request, ...rest);
    };
  };
  // A layer in front may read the body, to check it. Then nobody can read it again.
  const afterReading = (handler: Handler<Rest>): Handler<Rest> => {
    return async (request, ...rest) => {
      await request.text();
      return handler(request, ...rest);
    };
  };
  return {
    read_alone: afterReading(layered(alone)),
    read_early: afterReading(layered(conditional(alone, { current: () => ({ etag: '"v2"' }) }))),
    read_late: afterReading(layered(conditional(alone))),
    alone: layered(alone),
    early: layered(conditional(alone, { current: () => ({ etag: '"v2"' }) })),
    late: layered(conditional(alone)),
  };
}

async function seen(request: Request, members: object): Promise<Seen> {
  const { method, url, redirect, signal } = request;
  return {
    method,
    url,
    headers: [...request.headers].sort(),
    body: request.bodyUsed ? "read before" : await request.text(),
    isRequest: request instanceof Request,
    prototype: Object.getPrototypeOf(request).constructor.name,
    settings: [redirect, String(signal?.aborted)],
    user: (request as { user?: unknown }).user,
    members,
  };
}
