import { opaque } from "@entity-tag/core";
import { keyBelow, resource, type VersionedStore } from "@entity-tag/store";
import type { Handler } from "./served.ts";

export interface Worker {
  Name: string;
  Grade: number;
}

/** A worker as a client has it, from framework version 6 on. */
export interface ShownWorker extends Worker {
  "@context"?: { key: string; headers: { ETag: string } };
  links: { rel: "self"; href: string }[];
}

/**
 * Workers as the REST interface of Oracle HCM serves them: the tag in the field and, without its quotes, at
 * `@context.headers.ETag` of each resource and of each item of a collection. Before framework version 6 only the field
 * has it.
 */
export function oracleHcm(workers: VersionedStore<Worker>, frameworkVersion = 6): Handler {
  return resource(workers, {
    key: keyBelow("/hcmRestApi/resources/latest/workers"),
    maxItems: 1000,
    // Conditions are documented for single resources only.
    collectionConditions: "ignore",
    represent: (worker, { key, url, etag }) => ({
      ...worker,
      ...(frameworkVersion < 6 ? {} : { "@context": { key, headers: { ETag: opaque(etag) } } }),
      links: [{ rel: "self", href: url }],
    }),
    collection: (items, { limit, next }) => ({
      items: items.map(({ value }) => value),
      count: items.length,
      hasMore: next !== undefined,
      limit,
      links: next === undefined ? [] : [{ rel: "next", href: next }],
    }),
    read: (body) => {
      const { "@context": _, links: __, ...worker } = body as ShownWorker;
      return worker;
    },
  });
}
