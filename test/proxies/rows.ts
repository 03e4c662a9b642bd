import { blockOf } from "./guide.ts";
import type { Settings } from "./origin.ts";
import type { ProductName } from "./products.ts";

/** A row of the table in docs/guides/proxies.md. */
export interface Row {
  /** The tag that a gzip client gets for the tag "v1". */
  tag: 'W/"v1"' | '"v1-gzip"' | '"v1"';
  /** The setting of `resource` in the table. */
  set: string;
  settings: Settings;
  /** The lines to add to the product's own configuration. */
  extra?: string;
}

export const rows: Record<ProductName, Row> = {
  "nginx with gzip": { tag: 'W/"v1"', set: 'ifMatch: "weak"', settings: { ifMatch: "weak" } },
  "nginx with proxy_cache": {
    tag: 'W/"v1"',
    set: 'ifMatch: "weak"',
    settings: { ifMatch: "weak" },
    extra: blockOf("nginx"),
  },
  "Apache with mod_deflate": { tag: '"v1-gzip"', set: "codings", settings: {} },
  Varnish: { tag: 'W/"v1"', set: 'ifMatch: "weak"', settings: { ifMatch: "weak" } },
  HAProxy: { tag: 'W/"v1"', set: 'ifMatch: "weak"', settings: { ifMatch: "weak" } },
  Squid: {
    tag: '"v1"',
    set: 'cacheControl: "private, no-cache"',
    settings: { cacheControl: "private, no-cache" },
  },
};
