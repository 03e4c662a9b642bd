import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Row, rows } from "@entity-tag/conformance/rows";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { lengthen, rowsAsJson } from "../../packages/conformance/src/rows/as-json.ts";
import { givenIds, idsFile, meaningOf } from "./given-ids.ts";

const file = (name: string) =>
  readFileSync(resolve(import.meta.dirname, "../../packages/conformance", name), "utf8");
const json = JSON.parse(file("rows.json"));
const validate = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  JSON.parse(file("rows.schema.json")),
);

describe("the rows of the standard", () => {
  it("there are many rows, and each has its own id, title and reason, and a section", () => {
    expect(rows.length).toBeGreaterThan(1000);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.title)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row.id, row.id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(row.section, row.id).toMatch(/^(RFC \d+ )?§\d/);
      expect(row.why, row.id).not.toBe("");
    }
  });

  it("every row of GET has the same row with HEAD", () => {
    const count = (method: string) => rows.filter(({ request }) => request.method === method).length;
    expect(count("HEAD")).toBe(count("GET"));
  });

  it("every latitude has a reason, and says whether server or framework chooses", () => {
    for (const { id, also = [] } of rows)
      for (const { chosenBy, why, status } of also) {
        expect(chosenBy, id).not.toBe("");
        expect(why, id).not.toBe("");
        expect(status.length, id).toBeGreaterThan(0);
      }
  });

  it("no latitude allows a write that the row expects to be refused", () => {
    const loose = rows.filter(
      ({ expect: { effect }, also = [] }) =>
        effect === "none" && also.some((one) => (one.effect ?? effect) !== "none" && !isRead(one.status)),
    );
    expect(loose.map(({ id }) => id)).toEqual([]);
  });

  it("a row is marked for the wire if fetch would send another request", () => {
    for (const row of rows) expect(isChangedByFetch(row), row.id).toBe(row.needs === "wire");
  });
});

/** A 200 may always replace a 304 for a date, because the request is a read. */
const isRead = (status: readonly number[]): boolean => status.every((code) => code === 200 || code === 206);

/** Whether fetch can send a field, by trying it in Node's `Headers`. */
function isChangedByFetch({ request: { method, headers, body } }: Row): boolean {
  const init = { method, ...(body !== undefined && { body }) };
  try {
    const request = new Request("http://localhost/", { ...init, headers: headers.map(([...line]) => line) });
    if (request.method !== method) return true;
    const names = headers.map(([name]) => name.toLowerCase());
    if (names.includes("expect") || new Set(names).size < names.length) return true;
    // undici refuses to write these.
    return headers.some(
      ([name, value]) => request.headers.get(name) !== value || /[^\t\x20-\x7e\x80-\xff]/.test(value),
    );
  } catch {
    return true;
  }
}

describe("rows.json, for a project in another language", () => {
  it("rows.json has exactly the rows (npm run conformance:rows writes it)", () => {
    expect(json).toEqual(JSON.parse(JSON.stringify(rowsAsJson())));
  });

  it("long texts are shortened and expanded without a change", () => {
    for (const [index, row] of json.rows.entries()) {
      const { headers, body } = rows[index]!.request;
      expect(row.request.headers.map(([name, value]: [string, string]) => [name, lengthen(value)])).toEqual(
        headers.map(([...line]) => line),
      );
      expect(row.request.body === undefined ? undefined : lengthen(row.request.body)).toBe(body);
    }
  });

  it("rows.json is valid under its schema", () => {
    expect(validate(json), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it("the schema refuses a row with an unknown name, without a reason, or with an unknown level", () => {
    const [row] = json.rows;
    const { why: _, ...unexplained } = row;
    for (const wrong of [{ ...row, whyy: "" }, unexplained, { ...row, level: "must" }, { ...row, state: 1 }])
      expect(validate({ ...json, rows: [wrong] })).toBe(false);
  });
});

describe("an id is never reused", () => {
  const given = givenIds(readFileSync(idsFile, "utf8"));

  it("every row is in the list of given ids (npm run conformance:rows adds new ones)", () => {
    expect(json.rows.filter((row: Row) => !given.has(row.id)).map((row: Row) => row.id)).toEqual([]);
  });

  it("the request of an id never changes: another request gets another id", () => {
    const changed = json.rows.filter(
      (row: Parameters<typeof meaningOf>[0]) => given.has(row.id) && given.get(row.id) !== meaningOf(row),
    );
    expect(changed.map((row: Row) => row.id)).toEqual([]);
  });
});
