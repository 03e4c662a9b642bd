import { globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import * as client from "@entity-tag/client";
import * as rfc from "@entity-tag/client/rfc9111";
import * as contract from "@entity-tag/client/store-contract";
import * as core from "@entity-tag/core";
import * as adapterCore from "@entity-tag/core/adapter";
import * as fetchCore from "@entity-tag/core/fetch";
import * as store from "@entity-tag/store";
import * as memory from "@entity-tag/store/memory";
import { describe, expect, it } from "vitest";
import { root } from "./code-blocks.ts";
import { newPages } from "./pages.ts";

/** The names that an example may use without importing them: the public ones, as a reader would import them. */
const names: Record<string, unknown> = { ...core, ...fetchCore, ...adapterCore, ...store, ...memory, same };

/** Two packages may use one name for different things, so the own names of a package come last and win. */
const own: Record<string, object> = { client: { ...client, ...contract, ...rfc } };

describe.each(["core", "store", "client"])("every @example of %s runs, and its comments are true", (name) => {
  for (const { where, code } of examplesOf(name)) {
    it(where, async () => {
      const asserting = stripTypeScriptTypes(code.split("\n").map(asserted).join("\n"));
      const known = { ...names, ...own[name], pages: newPages() };
      const run = new Function(...Object.keys(known), `return (async () => {${asserting}\n})()`);
      await run(...Object.values(known));
    });
  }
});

/** Turns `expression; // value` into an assertion. Any other line stays. */
function asserted(line: string): string {
  const match = /^((?!const |let |import ).+); \/\/ (.+)$/.exec(line);
  if (!match) return line;
  const [, expression, comment] = match;
  return isValue(comment!) ? `same(${expression}, ${comment});` : line;
}

function isValue(comment: string): boolean {
  return /^(["'[]|-?\d+$|true$|false$|undefined$)/.test(comment);
}

function same(actual: unknown, expected: unknown): void {
  expect(actual).toEqual(expected);
}

function examplesOf(name: string): { where: string; code: string }[] {
  return globSync(`packages/${name}/src/*.ts`, { cwd: root }).flatMap((file) => {
    const source = readFileSync(`${root}/${file}`, "utf8");
    return [...source.matchAll(/@example\n([\s\S]*?)(?= \* @|\*\/)/g)]
      .map((match) => {
        const line = source.slice(0, match.index).split("\n").length;
        const code = match[1]!.replace(/^ \* ?/gm, "");
        return { where: `${file}:${line}`, code };
      })
      .filter(({ code }) => !/import |connectionString|client|kv/i.test(code));
  });
}
