import { conditionsOf, explain } from "./exchange.ts";
import type { Feed } from "./feed.ts";

/** How many sizes of pages are remembered, so that a 304 can say what it saved. */
const MAX_SIZES = 1000;

/** Wraps a handler: every exchange is published to the feed, with the decision and its reason. */
export function recording(
  handle: (request: Request) => Promise<Response>,
  feed: Feed,
  processName: string,
): (request: Request) => Promise<Response> {
  const sizes = new Map<string, number>();
  let count = 0;
  return async (request) => {
    const { method } = request;
    const path = new URL(request.url).pathname;
    const response = await handle(request);
    if (!isConversation(path)) return response;
    const conditions = conditionsOf(conditionFields(request, response));
    const etag = response.headers.get("ETag");
    const size = Number(response.headers.get("Content-Length") ?? 0);
    if (response.status === 200 && size > 0) remember(sizes, path, size);
    const { status } = response;
    feed.publish({
      id: ++count,
      at: Date.now(),
      method,
      path,
      conditions,
      status,
      etag,
      why: explain(method, conditions, status === 303 ? 200 : status),
      saved: status === 304 ? (sizes.get(path) ?? 0) : 0,
      process: processName,
    });
    return response;
  };
}

/** A form cannot set header fields. The server turns its hidden tag into a condition, and the answer names that. */
export const FORM_CONDITION = "X-Wiki-Condition";

function conditionFields(request: Request, response: Response): Headers {
  const fromForm = response.headers.get(FORM_CONDITION);
  if (fromForm === null) return request.headers;
  const colon = fromForm.indexOf(":");
  return new Headers([[fromForm.slice(0, colon), fromForm.slice(colon + 1).trim()]]);
}

function isConversation(path: string): boolean {
  return path.startsWith("/wiki/") || path.startsWith("/pages/");
}

function remember(sizes: Map<string, number>, path: string, size: number): void {
  if (sizes.size >= MAX_SIZES) sizes.delete(sizes.keys().next().value!);
  sizes.set(path, size);
}
