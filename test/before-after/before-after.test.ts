import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { beforeAfter, compare, type Row } from "./compare.ts";

const page = resolve(import.meta.dirname, "../../docs/before-after.md");

let rows: Row[];
beforeAll(async () => {
  rows = await compare();
}, 240_000);

it("docs/before-after.md says what the servers answer (npm run docs:before-after writes it)", () => {
  expect(readFileSync(page, "utf8")).toBe(beforeAfter(rows));
});

it("with us, all of the ten answers are right, on Hono, Express and Next", () => {
  expect(rows.length).toBe(10);
  for (const { asked, outcomes } of rows) {
    const withUs = outcomes.filter(({ server }) => server.endsWith("with us"));
    expect(withUs.map(({ server }) => server)).toEqual(["Hono with us", "Express with us", "Next with us"]);
    for (const { isRight, server } of withUs) expect(isRight, `${server}: ${asked.why}`).toBe(true);
  }
});
