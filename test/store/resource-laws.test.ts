import { keyBelow, resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { fc, test } from "@fast-check/vitest";
import { expect, vi } from "vitest";
import { runs } from "../runs.ts";

// Long, for a machine that does ten other things at the same time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const tagNow = Symbol("the current tag");

/** Field values that are valid, nearly valid, or not valid. */
const fields: Record<string, fc.Arbitrary<string | typeof tagNow>> = {
  "if-match": fc.constantFrom(tagNow, "*", '"stale"', "unreadable", "", '"a", *', ","),
  "if-none-match": fc.constantFrom(tagNow, "*", '"stale"', 'W/"x"', '"', 'w/"x"'),
  "if-modified-since": fc.constantFrom(
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "now",
    "Fri, 31 Dec 2100 23:59:59 GMT",
  ),
  "if-unmodified-since": fc.constantFrom(
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "now",
    "Fri, 31 Dec 2100 23:59:59 GMT",
  ),
  "content-type": fc.constantFrom(
    "application/json",
    "application/merge-patch+json",
    "text/plain",
    ";",
    "a/b/c",
  ),
  "idempotency-key": fc.constantFrom("k", '"k"', "l"),
  accept: fc.constantFrom("*/*", "application/json", "text/html", ",;q=x", "a/b;q=0, */*;q=0"),
  prefer: fc.constantFrom(
    "return=representation",
    "return=minimal",
    "return",
    "=,;=",
    "return=;x, RETURN=minimal",
  ),
  "content-encoding": fc.constantFrom("identity", "gzip"),
  "content-range": fc.constantFrom("bytes 0-1/2"),
};

const headers = fc.record(fields, { requiredKeys: [] });
const json = fc.oneof(
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('{"content":"x"}', "null"),
);
const body = fc.option(fc.oneof(json, json, fc.string(), fc.uint8Array()), { nil: null });
const path = fc.oneof(
  fc.constantFrom(
    "/pages/home",
    "/pages/home",
    "/pages/home",
    "/pages/new",
    "/pages",
    "/pages?limit=1",
    "/pages/%ff",
  ),
  fc.webPath().map((end) => `/pages${end}`),
  fc.webQueryParameters().map((query) => `/pages?${query}`),
);
const method = fc.constantFrom(
  "GET",
  "HEAD",
  "PUT",
  "PUT",
  "PATCH",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "POST",
  "FOO",
);

test.prop([fc.array(fc.record({ method, path, headers, body }), { minLength: 1, maxLength: 5 })], {
  numRuns: runs(500),
})(
  "resource answers every request; a refused one changes nothing, and the tag in an answer is the current one",
  async (requests) => {
    const store = memoryStore<unknown>();
    const handle = resource(store, { key: keyBelow("/pages") });
    await store.swap("home", null, { content: "Hello" });
    for (const each of requests) {
      const before = await store.list("", { limit: 100 });
      const tag = `"${(await store.read("home"))?.version}"`;
      const sent = Object.entries(each.headers).map(([name, field]): [string, string] => [
        name,
        field === tagNow ? tag : String(field),
      ]);
      const content = ["GET", "HEAD"].includes(each.method) ? null : (each.body as BodyInit | null);
      const init = { method: each.method, headers: sent, body: content };
      const response = await handle(new Request(`https://example.com${each.path}`, init));
      const after = await store.list("", { limit: 100 });

      expect(response.status).toBeLessThan(500);
      const isWrite = ["PUT", "PATCH", "DELETE"].includes(each.method);
      if (!isWrite || response.status >= 300) expect(after).toEqual(before);
      if (isWrite && response.ok && response.headers.has("etag")) {
        const tags = after.map(({ version }) => `"${version}"`);
        expect(tags).toContain(response.headers.get("etag"));
      }
      if ([204, 304].includes(response.status) || each.method === "HEAD") expect(response.body).toBeNull();
      if (
        response.status >= 400 &&
        each.method !== "HEAD" &&
        response.headers.get("content-type") !== "application/json"
      ) {
        expect(await response.json()).toMatchObject({ status: response.status, detail: expect.any(String) });
      }
    }
  },
);
