import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as core from "@entity-tag/core";
import * as adapter from "@entity-tag/core/adapter";
import * as fetchCore from "@entity-tag/core/fetch";
import { expect, test } from "vitest";

const readme = readFileSync(resolve(import.meta.dirname, "../../packages/core/README.md"), "utf8");

test("the README of core names every export", () => {
  const names = [core, fetchCore, adapter].flatMap((door) => Object.keys(door));
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
});
