import { type Current, evaluate, type Policy } from "@entity-tag/core";
import { explain } from "@entity-tag/core/adapter";
import { describe, expect, it, vi } from "vitest";
import { decidedRows } from "./rows.ts";

const asked = (method: string, fields: Record<string, string>, current: Current, policy?: Policy) => {
  const request = { method, headers: new Headers(fields) };
  return explain(evaluate(request, current, policy), request, current, policy);
};

const earlier = "Tue, 15 Nov 1994 12:45:25 GMT";
const moment = Date.UTC(1994, 10, 15, 12, 45, 26);

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("explain, RFC 9457 §3", () => {
  it.each<
    [why: string, Record<string, string>, Current, Policy, status: number, field: string, advice: RegExp]
  >([
    ["a stale tag", { "If-Match": '"v0"' }, { etag: '"v1"' }, {}, 412, "If-Match", /GET it again/],
    ["a weak copy", { "If-Match": 'W/"v1"' }, { etag: '"v1"' }, {}, 412, "If-Match", /without W\//],
    ["a weak original", { "If-Match": '"v1"' }, { etag: 'W/"v1"' }, {}, 412, "If-Match", /weak/],
    ["nothing there", { "If-Match": "*" }, null, {}, 412, "If-Match", /If-None-Match: \*/],
    ["no tag there", { "If-Match": '"v1"' }, {}, {}, 412, "If-Match", /./],
    ["no list", { "If-Match": "v1" }, { etag: '"v1"' }, {}, 412, "If-Match", /double quotes/],
    ["something there", { "If-None-Match": "*" }, { etag: '"v1"' }, {}, 412, "If-None-Match", /If-Match/],
    ["this version there", { "If-None-Match": '"v1"' }, { etag: '"v1"' }, {}, 412, "If-None-Match", /./],
    ["no list to exclude", { "If-None-Match": "v1" }, null, {}, 412, "If-None-Match", /double quotes/],
    [
      "a later date",
      { "If-Unmodified-Since": earlier },
      { lastModified: moment },
      {},
      412,
      "If-Unmodified-Since",
      /Last-Modified in If-Unmodified-Since/,
    ],
    ["no condition", {}, { etag: '"v1"' }, { require: true }, 428, "If-Match", /send its ETag in If-Match/],
    ["no condition to create", {}, null, { require: true }, 428, "If-Match", /If-None-Match: \*/],
    ["a list to reject", { "If-Match": "v1" }, {}, { malformed: "reject" }, 400, "If-Match", /double quotes/],
    [
      "another to reject",
      { "If-None-Match": "*, *" },
      {},
      { malformed: "reject" },
      400,
      "If-None-Match",
      /double quotes/,
    ],
  ])("explain says what to do about %s", (_, fields, current, policy, status, field, advice) => {
    const problem = asked("PUT", fields, current, policy)!;
    expect(problem).toMatchObject({ type: "about:blank", status, field });
    expect(problem.title).not.toBe("");
    expect(problem.detail).toMatch(advice);
  });

  it.each<
    [why: string, method: string, Record<string, string>, Current, Policy, advice: RegExp, never: RegExp]
  >([
    [
      "only a weak tag is here",
      "PUT",
      { "If-Match": 'W/"1"' },
      { etag: 'W/"1"' },
      {},
      /only If-Match: \*/,
      /send its ETag/,
    ],
    [
      "a weak tag and a date are here",
      "PUT",
      { "If-Match": '"1"' },
      { etag: 'W/"1"', lastModified: moment },
      {},
      /Last-Modified in If-Unmodified-Since/,
      /ETag/,
    ],
    [
      "a proxy made the tag weak",
      "PUT",
      { "If-Match": '"0", W/"1"' },
      { etag: '"1"' },
      { require: true },
      /Send it without W\//,
      /GET/,
    ],
    [
      "a proxy made the tag of a coding weak",
      "DELETE",
      { "If-Match": 'W/"1-gzip"' },
      { etag: '"1"', codings: ["gzip"] },
      {},
      /Send it without W\//,
      /GET/,
    ],
    [
      "only the weak alternate is named",
      "PUT",
      { "If-Match": 'W/"2"' },
      { etag: '"1"', alternates: ['W/"2"'] },
      {},
      /ETag in If-Match/,
      /without W/,
    ],
    [
      "a read has a weak copy",
      "GET",
      { "If-Match": 'W/"1"' },
      { etag: '"1"' },
      {},
      /Send the request again without If-Match/,
      /without W/,
    ],
    [
      "weak tags are accepted",
      "PUT",
      { "If-Match": 'W/"0"' },
      { etag: 'W/"1"' },
      { ifMatch: "weak" },
      /ETag in If-Match/,
      /only/,
    ],
    ["no validator is here", "PUT", { "If-Match": '"1"' }, {}, {}, /only If-Match: \*/, /send its/],
    [
      "the version is excluded",
      "PUT",
      { "If-None-Match": '"1"' },
      { etag: '"1"' },
      {},
      /ETag in If-Match/,
      /create/,
    ],
    ["no tag is named", "PUT", { "If-Match": ", " }, { etag: '"1"' }, {}, /names no tag/, /current one/],
    ["the resource is gone", "DELETE", { "If-Match": '"1"' }, null, {}, /no resource to delete/, /create/],
    ["a delete needs a condition", "DELETE", {}, { etag: '"1"' }, { require: true }, /If-Match/, /create/],
    [
      "a read is refused",
      "GET",
      { "If-Match": '"0"' },
      { etag: '"1"' },
      {},
      /Send the request again without If-Match/,
      /change/,
    ],
    [
      "a read is refused by its date",
      "HEAD",
      { "If-Unmodified-Since": earlier },
      { lastModified: moment },
      {},
      /Send the request again without If-Unmodified-Since/,
      /your change/,
    ],
  ])(
    "explain gives advice that can succeed where %s",
    (_, method, fields, current, policy, advice, never) => {
      const { detail } = asked(method, fields, current, policy)!;
      expect(detail).toMatch(advice);
      expect(detail).not.toMatch(never);
    },
  );

  it("explain returns undefined when nothing was refused", () => {
    expect(asked("PUT", {}, {})).toBeUndefined();
    expect(asked("GET", { "If-None-Match": '"v1"' }, { etag: '"v1"' })).toBeUndefined();
    expect(asked("GET", {}, null)).toBeUndefined();
  });

  it("explain has a problem for exactly the rows that refuse", () => {
    const statuses = {
      "precondition-failed": 412,
      "precondition-required": 428,
      "bad-request": 400,
    } as const;
    for (const { title, method, headers, state, policy, outcome } of decidedRows) {
      const fields = new Headers();
      for (const [field, value] of headers) fields.append(field, value);
      const request = { method, headers: fields };
      const problem = explain(evaluate(request, state, policy), request, state);
      expect(problem?.status, title).toBe(statuses[outcome as keyof typeof statuses]);
    }
  });

  it("explain uses the decision, even if the field was removed in the meantime", () => {
    const gone = { method: "PUT", headers: new Headers() };
    const decision = { outcome: "precondition-failed", because: "if-match" } as const;
    expect(explain(decision, gone, { etag: '"v1"' })).toMatchObject({ status: 412, field: "If-Match" });
  });

  it("explain gives the same text for Headers and for a request whose get returns undefined", () => {
    const fields = new Map([["if-match", '"v0"']]);
    const request = { method: "PUT", headers: { get: (name: string) => fields.get(name.toLowerCase()) } };
    const current: Current = { etag: '"v1"' };
    expect(explain(evaluate(request, current), request, current)).toEqual(
      asked("PUT", { "If-Match": '"v0"' }, current),
    );
  });
});
