import type { ConditionalOptions } from "@entity-tag/core/fetch";
import { H3, handleCacheHeaders } from "h3";
import { Hono } from "hono";
import { etag } from "hono/etag";
import type { Role } from "../contenders/contender.ts";
import { page, respond, type Source } from "./page.ts";

export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Serves the page as `Request` in, `Response` out. */
export interface FetchApp {
  role: Role;
  /** The sources that it supports. */
  sources: readonly Source[];
  make(source: Source): FetchHandler;
}

/**
 * A wrapper of handlers that need only the request, such as `conditional` of core and of each runtime's adapter.
 */
type Guard = (handler: () => Response, options?: ConditionalOptions<Request, []>) => FetchHandler;

export function fetchApps(conditional: Guard): Record<string, FetchApp> {
  return {
    "one ===": {
      role: "floor",
      sources: ["known"],
      make: () => (request) =>
        request.headers.get("If-None-Match") === page.tag
          ? new Response(null, { status: 304, headers: { ETag: page.tag } })
          : respond({ ETag: page.tag }),
    },
    "conditional(), before the handler": {
      role: "ours",
      sources: ["known"],
      make: () => conditional(() => respond(), { current: () => ({ etag: page.tag }) }),
    },
    "conditional(), after the handler": {
      role: "ours",
      sources: ["known", "content"],
      make: (source) => conditional(() => respond(source === "known" ? { ETag: page.tag } : {})),
    },
    "Hono, etag()": {
      role: "peer",
      sources: ["known", "content"],
      make: (source) => honoApp(source).fetch,
    },
    "h3, handleCacheHeaders": {
      role: "peer",
      sources: ["known"],
      make: () => (request) => h3.fetch(request),
    },
  };
}

export function honoApp(source: Source): { fetch: FetchHandler } {
  return new Hono().use(etag()).get("/page", (c) => {
    if (source === "known") c.header("ETag", page.tag);
    return c.body(page.body, 200, { "Content-Type": page.type });
  });
}

export const h3 = new H3().get("/page", (event) => {
  if (handleCacheHeaders(event, { etag: page.tag })) return null;
  event.res.headers.set("Content-Type", page.type);
  return page.body;
});
