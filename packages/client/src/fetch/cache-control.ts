import { CacheControl } from "@mjackson/headers";

/** The directives of a `Cache-Control`, whose names are the same in any case (RFC 9111 §5.2). */
export function cacheControlOf(headers: Headers): CacheControl {
  return new CacheControl(headers.get("Cache-Control")?.toLowerCase());
}
