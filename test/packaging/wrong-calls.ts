// A wrong call of each exported function. None of them may compile. `types.test.ts` proves that, and nothing is run.

import * as client from "@entity-tag/client";
import { cacheStorageStore } from "@entity-tag/client/cache-storage";
import { redisStore as keptInRedis } from "@entity-tag/client/redis";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { sqliteStore as keptInSqlite } from "@entity-tag/client/sqlite";
import * as conformance from "@entity-tag/conformance";
import * as core from "@entity-tag/core";
import * as adapter from "@entity-tag/core/adapter";
import * as fetching from "@entity-tag/core/fetch";
import * as deno from "@entity-tag/deno";
import type * as fastify from "@entity-tag/fastify";
import * as koa from "@entity-tag/koa";
import * as next from "@entity-tag/next";
import * as node from "@entity-tag/node";
import { beforeHead } from "@entity-tag/node/before-head";
import * as store from "@entity-tag/store";
import { denoKvStore } from "@entity-tag/store/deno-kv";
import { memoryStore } from "@entity-tag/store/memory";
import { postgresStore } from "@entity-tag/store/postgres";
import { redisStore } from "@entity-tag/store/redis";
import { sqliteStore } from "@entity-tag/store/sqlite";

const handler = () => new Response("");
const state = { etag: '"v1"' } as const;
const request = new Request("https://x.y/");
const pages = memoryStore<{ a: 1 }>();
const url = "https://x.y/";

// @ts-expect-error
export const misspelt: fastify.ConditionalOptions = { curent: () => state };
// @ts-expect-error
export const wrongWord: fastify.ConditionalOptions = { ranges: "yes" };

export function wrongCalls(): void {
  // @ts-expect-error
  core.strong(1);
  // @ts-expect-error
  core.weak(undefined);
  // @ts-expect-error
  core.parseTag(5);
  // @ts-expect-error
  core.isWeak("v1");
  // @ts-expect-error
  core.opaque("v1");
  // @ts-expect-error
  core.strongMatch('"a"', "b");
  // @ts-expect-error
  core.weakMatch('"a"');
  // @ts-expect-error
  core.parseTagList(5);
  // @ts-expect-error
  core.listIncludes('"a"', '"a"', "Weak");
  // @ts-expect-error
  core.parseDate(5);
  // @ts-expect-error
  core.formatDate("x");
  // @ts-expect-error
  core.ifMatch(new Headers(), state);
  // @ts-expect-error
  core.ifNoneMatch('"a"', Promise.resolve(state));
  // @ts-expect-error
  core.ifModifiedSince("x");
  // @ts-expect-error
  core.ifUnmodifiedSince("x", '"v1"');
  // @ts-expect-error
  core.ifRange("x", undefined);
  // @ts-expect-error
  core.evaluate(request, { ETag: '"a"' });
  // @ts-expect-error
  core.evaluate(request, state, { require: "PUT" });
  // @ts-expect-error
  core.evaluate(request, state, { ifMatch: "Weak" });
  // @ts-expect-error
  core.timeTag("x");
  // @ts-expect-error
  core.fileTag("/etc/hosts");
  // @ts-expect-error
  core.contentTag("a", { week: true });
  // @ts-expect-error
  core.codedTag("v1", "gzip");
  // @ts-expect-error
  core.validatorFields('"v1"');
  // @ts-expect-error
  core.keepsInNotModified(5);
  // @ts-expect-error
  core.keepsInRefusal(5);
  // @ts-expect-error
  core.isRead(5);
  // @ts-expect-error
  core.isTransfer("GET");
  // @ts-expect-error
  fetching.checkPreconditions(request, () => state);
  // @ts-expect-error
  fetching.checkPreconditions(request, Promise.resolve(state));
  // @ts-expect-error
  fetching.checkPreconditions(request, state, { codings: "gzip" });
  // @ts-expect-error
  fetching.conditional(handler, { now: "x" });
  // @ts-expect-error
  fetching.conditional(handler, { maxBytes: "1mb" });
  // @ts-expect-error
  fetching.conditional(handler, { tag: 5 });
  // @ts-expect-error
  fetching.conditional(handler, { headers: 5 });
  // @ts-expect-error
  fetching.conditional(handler, { current: state });
  // @ts-expect-error
  fetching.conditionalResponse(request, handler(), { required: true });
  // @ts-expect-error
  fetching.preconditionFailed('"v1"');
  // @ts-expect-error
  fetching.preconditionRequired(5);
  // @ts-expect-error
  adapter.headersOf(new Headers(), 1);
  // @ts-expect-error
  adapter.checkOptions(5, {}, "x");
  // @ts-expect-error
  adapter.decide(request);
  // @ts-expect-error
  adapter.responseFor("proceed");
  // @ts-expect-error
  node.conditional({ require: true });
  // @ts-expect-error
  node.conditional({ current: () => state });
  // @ts-expect-error
  node.conditional({ headers: {} });
  // @ts-expect-error
  node.checkPreconditions(request, state);
  // @ts-expect-error
  node.contentTag(5);
  // @ts-expect-error
  node.fileState("/x");
  // @ts-expect-error
  beforeHead(5, () => {});
  // @ts-expect-error
  koa.conditional({ curent: () => state });
  // @ts-expect-error
  koa.conditional({ require: "PUT" });
  // @ts-expect-error
  deno.conditional(handler, { curent: () => state });
  // @ts-expect-error
  deno.fileState("x");
  // @ts-expect-error
  next.route({ GET: handler }, { curent: () => state });
  // @ts-expect-error
  next.route({ GET: "x" });
  // @ts-expect-error
  store.resource(pages, { maxBytes: "1mb" });
  // @ts-expect-error
  store.resource(pages, { key: 5 });
  // @ts-expect-error
  store.resource(pages, { validate: () => ({ success: false }) });
  // @ts-expect-error
  store.resource({}, {});
  // @ts-expect-error
  store.mutate(request, pages, "k", () => 5);
  // @ts-expect-error
  store.mutate(request, pages, "k", () => ({ a: 1 }), { requires: true });
  // @ts-expect-error
  store.keyBelow(5);
  // @ts-expect-error
  memoryStore({ ledgr: {} });
  // @ts-expect-error
  sqliteStore("file.db");
  // @ts-expect-error
  postgresStore("postgres://");
  // @ts-expect-error
  redisStore("redis://");
  // @ts-expect-error
  denoKvStore("x");
  // @ts-expect-error
  client.conditionalFetch(fetch);
  // @ts-expect-error
  client.conditionalFetch({ stroe: client.memoryStore() });
  // @ts-expect-error
  client.read(5);
  // @ts-expect-error
  client.read(url, { dialect: "google" });
  // @ts-expect-error
  client.update(url, (x) => x, { maxAttempt: 1 });
  // @ts-expect-error
  client.create(url);
  // @ts-expect-error
  client.remove(url, { timeout: "1s" });
  // @ts-expect-error
  client.items([]);
  // @ts-expect-error
  client.stamped();
  // @ts-expect-error
  client.memoryStore({ maxEntires: 1 });
  // @ts-expect-error
  client.isNotModified(5);
  // @ts-expect-error
  keptInSqlite("x");
  // @ts-expect-error
  keptInRedis("x");
  // @ts-expect-error
  cacheStorageStore({ nmae: "x" });
  // @ts-expect-error
  rfc9111({ shared: true });
  // @ts-expect-error
  conformance.run("rows", url);
  // @ts-expect-error
  conformance.check(conformance.rows[0]);
}
