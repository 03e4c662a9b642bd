import { keepsInNotModified, keepsInRefusal } from "@entity-tag/core";
import { notModified } from "@entity-tag/core/fetch";
import { describe, expect, it } from "vitest";

/** §15.4.5: the fields of the 200 that its 304 must have. */
const must = {
  "Cache-Control": "private, max-age=60",
  "Content-Location": "/pages/1.en",
  Date: "Sun, 06 Nov 1994 08:49:37 GMT",
  ETag: '"v1"',
  Expires: "Mon, 07 Nov 1994 08:49:37 GMT",
  Vary: "Accept, Accept-Encoding",
};

/** Fields that describe a body, which a 304 does not have. */
const mustNot = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Length": "1234",
  "Content-Encoding": "gzip",
  "Content-Language": "en",
  "Content-Range": "bytes 0-3/10",
  "Content-MD5": "Q2hlY2sgSW50ZWdyaXR5IQ==",
  Digest: "sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=",
  "Content-Digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
  "Repr-Digest": "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
  Trailer: "Server-Timing",
  "Transfer-Encoding": "chunked",
};

/** Fields that stay, because we choose a deny-list. An allow-list would drop exactly these. */
const stays = {
  "Access-Control-Allow-Credentials": "true",
  "Access-Control-Allow-Origin": "https://example.com",
  "Access-Control-Expose-Headers": "ETag",
  "Content-Security-Policy": "default-src 'self'",
  "Cross-Origin-Resource-Policy": "same-site",
  "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT",
  Link: "</next>; rel=next",
  "Server-Timing": "db;dur=53",
  "Strict-Transport-Security": "max-age=63072000",
  "Timing-Allow-Origin": "*",
  "X-Request-Id": "7b1f",
};

describe("notModified, §15.4.5", () => {
  const full = { ...must, ...mustNot, ...stays };

  it("notModified is a 304 without a body", async () => {
    const response = notModified(full);
    expect(response.status).toBe(304);
    expect(response.body).toBeNull();
    expect(await response.text()).toBe("");
  });

  it.each(Object.entries(must))("notModified carries %s", (name, value) => {
    expect(notModified(full).headers.get(name)).toBe(value);
  });

  it.each(Object.entries(stays))("notModified keeps %s", (name, value) => {
    expect(notModified(full).headers.get(name)).toBe(value);
  });

  it.each(Object.keys(mustNot))("notModified drops %s", (name) => {
    expect(notModified(full).headers.has(name)).toBe(false);
  });

  it("notModified adds nothing", () => {
    expect([...notModified({}).headers]).toEqual([]);
    expect([...notModified({ ETag: '"v1"' }).headers]).toEqual([["etag", '"v1"']]);
  });

  it("notModified accepts headers in any form, and does not change them", () => {
    const given = new Headers(full);
    const fromHeaders = [...notModified(given).headers];
    expect(fromHeaders).toEqual([...notModified(Object.entries(full)).headers]);
    expect(fromHeaders).toEqual([...notModified(full).headers]);
    expect(given.get("Content-Type")).toBe(mustNot["Content-Type"]);
    expect(fromHeaders).toHaveLength(Object.keys(must).length + Object.keys(stays).length);
  });

  it("notModified keeps cookies as separate lines", () => {
    const given = new Headers(full);
    given.append("Set-Cookie", "a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT");
    given.append("Set-Cookie", "b=2");
    expect(notModified(given).headers.getSetCookie()).toEqual(given.getSetCookie());
    expect(notModified(given).headers.getSetCookie()).toHaveLength(2);
  });

  it("notModified reads names in any case", () => {
    expect(
      notModified({ "CONTENT-TYPE": "text/html", "content-length": "1" }).headers.has("content-type"),
    ).toBe(false);
  });

  it("keepsInNotModified gives the same answer for each name, in any case", () => {
    for (const name of [...Object.keys(must), ...Object.keys(stays), "Set-Cookie"]) {
      expect(keepsInNotModified(name), name).toBe(true);
      expect(keepsInNotModified(name.toLowerCase()), name).toBe(true);
    }
    for (const name of Object.keys(mustNot)) {
      expect(keepsInNotModified(name), name).toBe(false);
      expect(keepsInNotModified(name.toUpperCase()), name).toBe(false);
    }
  });
});

describe("keepsInRefusal, §15.5.13", () => {
  it.each(["Access-Control-Allow-Origin", "Vary", "Set-Cookie", "X-Request-Id", "Server-Timing"])(
    "keepsInRefusal keeps %s",
    (name) => expect(keepsInRefusal(name)).toBe(true),
  );

  it.each(["ETag", "Last-Modified", "Cache-Control", "EXPIRES", "Content-Type", "content-length"])(
    "keepsInRefusal drops %s: it is about the representation that is not sent",
    (name) => expect(keepsInRefusal(name)).toBe(false),
  );
});
