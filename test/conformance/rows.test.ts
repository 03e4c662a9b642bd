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
  it("the rows are many, and each has an id, a title, a section and a reason of its own", () => {
    expect(rows.length).toBeGreaterThan(1000);
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(new Set(rows.map((row) => row.title)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row.id, row.id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
      expect(row.section, row.id).toMatch(/^(RFC \d+ )?§\d/);
      expect(row.why, row.id).not.toBe("");
    }
  });

  it("every row of GET has a row of HEAD", () => {
    const count = (method: string) => rows.filter(({ request }) => request.method === method).length;
    expect(count("HEAD")).toBe(count("GET"));
  });

  it("a latitude says who chooses it, and why", () => {
    for (const { id, also = [] } of rows)
      for (const { chosenBy, why, status } of also) {
        expect(chosenBy, id).not.toBe("");
        expect(why, id).not.toBe("");
        expect(status.length, id).toBeGreaterThan(0);
      }
  });

  it("no latitude swallows what the row expects: a refused write never also goes through", () => {
    const loose = rows.filter(
      ({ expect: { effect }, also = [] }) =>
        effect === "none" && also.some((one) => (one.effect ?? effect) !== "none" && !isRead(one.status)),
    );
    expect(loose.map(({ id }) => id)).toEqual([]);
  });

  it("a row for the wire is one that a fetch would send as another", () => {
    for (const row of rows) expect(isChangedByFetch(row), row.id).toBe(row.needs === "wire");
  });
});

/** 304 for a date may always be the whole: it is a read. */
const isRead = (status: readonly number[]): boolean => status.every((code) => code === 200 || code === 206);

/** Asks the Fetch standard itself, as Node has it. */
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
  it("is what the rows say: npm run conformance:rows writes it", () => {
    expect(json).toEqual(JSON.parse(JSON.stringify(rowsAsJson())));
  });

  it("long texts come back as they were", () => {
    for (const [index, row] of json.rows.entries()) {
      const { headers, body } = rows[index]!.request;
      expect(row.request.headers.map(([name, value]: [string, string]) => [name, lengthen(value)])).toEqual(
        headers.map(([...line]) => line),
      );
      expect(row.request.body === undefined ? undefined : lengthen(row.request.body)).toBe(body);
    }
  });

  it("obeys its schema", () => {
    expect(validate(json), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it("its schema refuses a row with a name too many, without a reason, or of an unknown level", () => {
    const [row] = json.rows;
    const { why: _, ...unexplained } = row;
    for (const wrong of [{ ...row, whyy: "" }, unexplained, { ...row, level: "must" }, { ...row, state: 1 }])
      expect(validate({ ...json, rows: [wrong] })).toBe(false);
  });
});

describe("ids are for ever", () => {
  const given = givenIds(readFileSync(idsFile, "utf8"));

  it("every row is in the list of ids that were given: npm run conformance:rows adds new ones", () => {
    expect(json.rows.filter((row: Row) => !given.has(row.id)).map((row: Row) => row.id)).toEqual([]);
  });

  it("an id asks what it has always asked: what asks for something else gets another id", () => {
    const changed = json.rows.filter(
      (row: Parameters<typeof meaningOf>[0]) => given.has(row.id) && given.get(row.id) !== meaningOf(row),
    );
    expect(changed.map((row: Row) => row.id)).toEqual([]);
  });
});
