import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PROBLEM_TYPES } from "../../packages/store/src/index.ts";
import { root } from "../readme/code-blocks.ts";
import { messages } from "./error-messages.ts";

const page = readFileSync(`${root}/docs/guides/errors.md`, "utf8");

/** The code in the first cell of each row: the beginning of a message, the name of a class, or a status. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("| "))
  .flatMap((line) => line.split(" | ")[0]!.slice(2).split("<br>"))
  .map((cell) => /^(`+) ?(.*?) ?\1$/.exec(cell.trim())?.[2] ?? cell.trim());

const all = messages();
// Classes of their own are known by their name, whatever their message says.
const worded = all.filter(
  ({ maker, text }) => /^(TypeError|Error|RangeError|problem|invalidValue)$/.test(maker) && text !== "",
);

it("docs/guides/errors.md has a row for every message of a TypeError, an Error or a problem document", () => {
  expect(worded.length).toBeGreaterThan(90);
  const missing = worded.filter(({ text }) => !rows.some((row) => row !== "" && text.startsWith(row)));
  expect(missing.map(({ where, text }) => `${where}: ${text}`)).toEqual([]);
});

it("docs/guides/errors.md has a row for every class of error that the packages export", () => {
  const classes = new Set(all.map(({ maker }) => maker).filter((maker) => /^[A-Z]/.test(maker)));
  const own = [...classes].filter((name) => !["TypeError", "Error", "RangeError"].includes(name));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter((name) => !rows.includes(name))).toEqual([]);
});

it("docs/guides/errors.md has a row for every status that the packages answer with", () => {
  const statuses = [...new Set(all.map(({ status }) => status))].filter((status) => Number(status) > 0);
  expect(statuses.length).toBeGreaterThan(10);
  expect(statuses.filter((status) => !rows.includes(String(status)))).toEqual([]);
});

it("docs/guides/errors.md has no row for a message that is not in the source", () => {
  const begun = (row: string) => worded.some(({ text }) => text.startsWith(row));
  const known = (row: string) =>
    all.some(({ maker }) => maker === row) || /^\d{3}$|^---|begins with$|^(status|class)/.test(row);
  expect(rows.filter((row) => !begun(row) && !known(row))).toEqual([]);
});

it("each problem type leads to a heading of docs/guides/errors.md", () => {
  for (const type of Object.values(PROBLEM_TYPES)) {
    const heading = new URL(type).hash.slice(1).replaceAll("-", " ");
    expect(page.toLowerCase()).toContain(`### ${heading}\n`);
  }
});
