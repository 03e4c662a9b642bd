import {
  type Current,
  evaluate,
  keepsInNotModified,
  keepsInRefusal,
  validatorFields,
} from "@entity-tag/core";
import { explain, keepsFor, responseFor } from "@entity-tag/core/adapter";
import { checkPreconditions, preconditionFailed, preconditionRequired } from "@entity-tag/core/fetch";
import { describe, expect, it, vi } from "vitest";
import { decidedRows, toHeaders } from "./rows.ts";

const moment = Date.UTC(1994, 10, 15, 12, 45, 26);
const then = "Tue, 15 Nov 1994 12:45:26 GMT";
const statuses = {
  proceed: undefined,
  "not-modified": 304,
  "precondition-failed": 412,
  "precondition-required": 428,
  "bad-request": 400,
};
const fieldNames: Record<string, string> = {
  "if-match": "If-Match",
  "if-unmodified-since": "If-Unmodified-Since",
  "if-none-match": "If-None-Match",
};

const request = (method: string, headers: Record<string, string> = {}) =>
  new Request("https://example.com/pages/1", { method, headers });

/** The expected answer. */
function answered(...asked: Parameters<typeof checkPreconditions>): Response {
  const response = checkPreconditions(...asked);
  expect(response).toBeInstanceOf(Response);
  return response!;
}

// Leaves time for a busy machine.
vi.setConfig({ testTimeout: 60_000 });

describe("checkPreconditions and the rows", () => {
  // A Request cannot have the methods CONNECT and TRACE. It turns get into GET, and put into PUT.
  const carried = decidedRows.filter((row) => !["CONNECT", "TRACE", "get", "put"].includes(row.method));

  it.each(carried)("$section $title", async ({ method, headers, state, policy, outcome, because }) => {
    const asked = new Request("https://example.com/", { method, headers: toHeaders(headers) });
    // Handlers ask `evaluate` about Range and If-Range. Here only the decision on the request counts.
    expect(evaluate(asked, state, policy).outcome).toBe(outcome);
    const response = checkPreconditions(asked, state, policy);
    expect(response?.status).toBe(statuses[outcome]);
    if (response === undefined || response.status === 304 || method === "HEAD") {
      expect(response?.body ?? null).toBeNull();
      return;
    }
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    const problem = await response.json();
    expect(problem.status).toBe(response.status);
    if (because !== undefined) expect(JSON.stringify(problem)).toContain(fieldNames[because]);
  });
});

describe("responseFor, §13.2", () => {
  it("responseFor gives the answer of checkPreconditions as plain data, for every row", () => {
    let decidedCount = 0;
    for (const { method, headers, state, policy, outcome, title } of decidedRows) {
      const asked = { method, headers: toHeaders(headers) };
      const decision = evaluate(asked, state, policy);
      const plain = responseFor(decision, asked, state, policy);
      expect(plain?.status, title).toBe(statuses[outcome]);
      if (plain === undefined) continue;
      decidedCount++;
      const problem = explain(decision, asked, state, policy);
      expect(plain.body).toBe(problem && JSON.stringify(problem));
      expect(plain.keeps).toBe(plain.status === 304 ? keepsInNotModified : keepsInRefusal);
      const validators = plain.status === 304 || plain.status === 412 ? validatorFields(state) : [];
      const type = plain.status === 304 ? [] : [["Content-Type", "application/problem+json"]];
      // A 304 may have the tag of a coding. Other rows check that.
      if (!state?.codings) expect(plain.fields).toEqual([...validators, ...type]);
    }
    expect(decidedCount).toBeGreaterThan(300);
  });

  it("a 304 has the validators that it is given, and a 412 has those of the state", () => {
    const current: Current = { etag: '"v1"' };
    const plain = (fields: Record<string, string>) => {
      const asked = request("GET", fields);
      return responseFor(evaluate(asked, current), asked, current, undefined, []);
    };
    expect(plain({ "If-None-Match": '"v1"' })?.fields).toEqual([]);
    expect(plain({ "If-Match": '"v0"' })?.fields).toContainEqual(["ETag", '"v1"']);
  });

  it("keepsFor knows the statuses whose answers keep fewer fields", () => {
    expect(keepsFor(304)).toBe(keepsInNotModified);
    expect([200, 206, 404, 412].map((status) => keepsFor(status))).toEqual(Array(4).fill(undefined));
  });
});

describe("checkPreconditions: 304, §15.4.5", () => {
  const state: Current = { etag: '"v1"', lastModified: moment + 999 };

  it("checkPreconditions carries the validators of the client's version", async () => {
    const response = answered(request("GET", { "If-None-Match": '"v1"' }), state);
    expect(response.status).toBe(304);
    expect(response.headers.get("ETag")).toBe('"v1"');
    expect([then, null]).toContain(response.headers.get("Last-Modified"));
    expect(response.body).toBeNull();
    for (const name of ["Content-Type", "Content-Length"]) expect(response.headers.has(name)).toBe(false);
  });

  it("checkPreconditions is the same for HEAD", () => {
    const get = answered(request("GET", { "If-None-Match": '"v1"' }), state);
    const head = answered(request("HEAD", { "If-None-Match": '"v1"' }), state);
    expect(head.status).toBe(304);
    expect([...head.headers]).toEqual([...get.headers]);
  });

  it("checkPreconditions carries no tag of a state without a tag", () => {
    const response = answered(request("GET", { "If-Modified-Since": then }), { lastModified: moment });
    expect(response.status).toBe(304);
    expect(response.headers.has("ETag")).toBe(false);
    expect(answered(request("GET", { "If-None-Match": "*" }), {}).headers.has("ETag")).toBe(false);
  });

  it("checkPreconditions carries the current tag, not the one in the request", () => {
    const weakly = answered(request("GET", { "If-None-Match": 'W/"v1"' }), state);
    expect(weakly.headers.get("ETag")).toBe('"v1"');
    const star = answered(request("GET", { "If-None-Match": "*" }), { etag: 'W/"v1"' });
    expect(star.headers.get("ETag")).toBe('W/"v1"');
  });

  it("checkPreconditions carries a tag with obs-text", () => {
    const response = answered(request("GET", { "If-None-Match": '"\xe9"' }), { etag: '"\xe9"' });
    expect(response.headers.get("ETag")).toBe('"\xe9"');
  });
});

describe("checkPreconditions: 412, 428 and 400, RFC 9457", () => {
  it("checkPreconditions says which condition failed and what to do, and carries the current tag", async () => {
    const response = answered(request("PUT", { "If-Match": '"v0"' }), { etag: '"v1"', lastModified: moment });
    expect(response.status).toBe(412);
    expect(response.headers.get("ETag")).toBe('"v1"');
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    const problem = await response.json();
    expect(problem).toMatchObject({ status: 412, title: expect.any(String), detail: expect.any(String) });
    expect(problem.detail).toContain("If-Match");
    expect(problem.title).not.toBe("");
  });

  it("checkPreconditions names If-Unmodified-Since, and If-None-Match", async () => {
    const since = answered(request("PUT", { "If-Unmodified-Since": "Tue, 15 Nov 1994 12:45:25 GMT" }), {
      lastModified: moment,
    });
    expect(since.status).toBe(412);
    expect(since.headers.has("ETag")).toBe(false);
    expect(await since.text()).toContain("If-Unmodified-Since");
    const create = answered(request("PUT", { "If-None-Match": "*" }), { etag: '"v1"' });
    expect(create.status).toBe(412);
    expect(create.headers.get("ETag")).toBe('"v1"');
    expect(await create.text()).toContain("If-None-Match");
  });

  it("checkPreconditions carries no tag of an absent resource", async () => {
    const response = answered(request("PUT", { "If-Match": "*" }), null);
    expect(response.status).toBe(412);
    expect(response.headers.has("ETag")).toBe(false);
    expect((await response.json()).status).toBe(412);
  });

  it("checkPreconditions carries a current tag that is weak", () => {
    expect(answered(request("PUT", { "If-Match": '"v0"' }), { etag: 'W/"v1"' }).headers.get("ETag")).toBe(
      'W/"v1"',
    );
  });

  it("checkPreconditions asks for a condition, and says which", async () => {
    const response = answered(request("PUT"), { etag: '"v1"' }, { require: true });
    expect(response.status).toBe(428);
    const problem = await response.json();
    expect(problem).toMatchObject({ status: 428, title: expect.any(String), detail: expect.any(String) });
    expect(problem.detail).toContain("If-Match");
  });

  it("checkPreconditions rejects an unreadable field, and names it", async () => {
    for (const name of ["If-Match", "If-None-Match"]) {
      const response = answered(request("PUT", { [name]: "v1" }), { etag: '"v1"' }, { malformed: "reject" });
      expect(response.status).toBe(400);
      const problem = await response.json();
      expect(problem).toMatchObject({ status: 400, title: expect.any(String), detail: expect.any(String) });
      expect(problem.detail).toContain(name);
    }
  });

  it("checkPreconditions to HEAD has the headers of the answer to GET and no body", async () => {
    const get = answered(request("GET", { "If-Match": '"v0"' }), { etag: '"v1"' });
    const head = answered(request("HEAD", { "If-Match": '"v0"' }), { etag: '"v1"' });
    expect([get.status, head.status]).toEqual([412, 412]);
    expect(get.body).not.toBeNull();
    expect(head.body).toBeNull();
    expect(await head.text()).toBe("");
    // A server writes the length of an answer to GET. If an answer without a body has no length, some servers write
    // 0.
    const length = Buffer.byteLength(await get.text());
    expect([...head.headers]).toEqual([["content-length", String(length)], ...get.headers]);
  });

  it("checkPreconditions makes a new Response for each call", async () => {
    const asked = () => answered(request("PUT", { "If-Match": '"v0"' }), { etag: '"v1"' });
    const first = asked();
    first.headers.set("X-Mine", "1");
    await first.text();
    expect(asked().headers.has("X-Mine")).toBe(false);
    expect((await asked().json()).status).toBe(412);
  });

  it("checkPreconditions never repeats the client's input", async () => {
    const evil = '"<script>alert(1)</script>"';
    const response = answered(request("PUT", { "If-Match": evil }), { etag: '"v1"' });
    expect(await response.text()).not.toContain("script");
  });
});

describe("checkPreconditions and a state that is not valid", () => {
  it.each([undefined, '"v1"', false])("checkPreconditions refuses %j for a state", (wrong) => {
    expect(() => checkPreconditions(new Request("https://example.com/"), wrong as never)).toThrow(
      "The current state is",
    );
  });

  it.each(["GET", "PUT", "DELETE"])(
    "checkPreconditions refuses a tag without quotes at once, for %s without a condition",
    (method) => {
      const request = new Request("https://example.com/", { method });
      expect(() => checkPreconditions(request, { etag: "v1" as never })).toThrow('"v1" is not an entity tag');
    },
  );
});

describe("preconditionFailed and preconditionRequired", () => {
  it("preconditionFailed carries the current tag, if there is one", async () => {
    expect(preconditionFailed().status).toBe(412);
    expect(preconditionFailed().headers.has("ETag")).toBe(false);
    expect(preconditionFailed(null).headers.has("ETag")).toBe(false);
    expect(preconditionFailed({}).headers.has("ETag")).toBe(false);
    expect(preconditionFailed({ etag: 'W/"v1"' }).headers.get("ETag")).toBe('W/"v1"');
    expect(preconditionFailed({ etag: '"v1"' }).headers.get("Content-Type")).toBe("application/problem+json");
    expect(await preconditionFailed({ etag: '"v1"' }).json()).toMatchObject({ status: 412 });
    expect((await preconditionFailed().json()).detail).toMatch(/Another change came first. GET it again/);
    expect((await preconditionFailed(null).json()).detail).toMatch(
      /Another change came first. Send If-None-Match: \*/,
    );
  });

  it("preconditionRequired says what to send", async () => {
    const response = preconditionRequired();
    expect(response.status).toBe(428);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    const problem = await response.json();
    expect(problem.status).toBe(428);
    expect(problem.detail).toContain("If-Match");
  });
});
