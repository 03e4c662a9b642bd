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

/** What an example may name without importing it: the public names, as its reader would have imported them. */
const names: Record<string, unknown> = { ...core, ...fetchCore, ...adapterCore, ...store, ...memory, same };

/** Packages may use a name for different things: each has its own names last. */
const own: Record<string, object> = { client: { ...client, ...contract, ...rfc } };

describe.each(["core", "store", "client"])(
  "every @example of %s runs, and is what its comments say",
  (name) => {
    for (const { where, code } of examplesOf(name)) {
      it(where, async () => {
        const asserting = stripTypeScriptTypes(code.split("\n").map(asserted).join("\n"));
        const known = { ...names, ...own[name], pages: newPages() };
        const run = new Function(...Object.keys(known), `return (async () => {${asserting}\n})()`);
        await run(...Object.values(known));
      });
    }
  },
);

/** `expression; // what it is` becomes an assertion; any other line stays. */
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
