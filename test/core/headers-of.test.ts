import { evaluate } from "@entity-tag/core";
import { headersOf } from "@entity-tag/core/adapter";
import { describe, expect, it } from "vitest";

describe("headersOf", () => {
  it("headersOf finds a field whatever the case of either name", () => {
    expect(headersOf({ "if-match": '"v1"' }).get("If-Match")).toBe('"v1"');
    expect(headersOf({ "If-Match": '"v1"' }).get("if-match")).toBe('"v1"');
  });

  it("headersOf joins the values of one field to a list", () => {
    expect(headersOf({ "if-match": ['"v1"', '"v2"'] }).get("if-match")).toBe('"v1", "v2"');
  });

  it("headersOf reads every line of a field, even if Node keeps only one", () => {
    const raw = ["If-Modified-Since", "Mon", "Host", "a", "if-modified-since", "Tue", "If-Match", '"v1"'];
    const { get } = headersOf({ "if-modified-since": "Mon", "if-match": '"v2"' }, raw);
    expect(get("if-modified-since")).toBe("Mon, Tue");
    expect(get("if-match")).toBe('"v2"');
    expect(headersOf({}, [...raw, ...raw]).get("if-match")).toBeUndefined();
  });

  it("headersOf finds no field that the object only inherits", () => {
    expect(headersOf({}).get("constructor")).toBe(undefined);
    expect(headersOf({ etag: undefined }).get("etag")).toBe(undefined);
  });

  it("headersOf turns a plain object into headers for evaluate", () => {
    const request = { method: "GET", headers: headersOf({ "if-none-match": '"v1"' }) };
    expect(evaluate(request, { etag: '"v1"' }).outcome).toBe("not-modified");
  });

  it.each([new Headers(), new Map(), undefined, null, "a: b"])("headersOf refuses %s", (wrong) => {
    expect(() => headersOf(wrong as never)).toThrow(/plain object such as req\.headers/);
  });
});
