import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** A block of code in a document. The first comment lines of the block set its members. */
export interface CodeBlock {
  /** The document and the line, for the name of a test. */
  where: string;
  code: string;
  runtime: "node" | "deno" | "bun";
  /** The program is a server: it listens on PORT until it is stopped. */
  listens: boolean;
  /** The service without which it cannot run. */
  needs: "postgres" | "redis" | undefined;
  /** True when it is a part of an application that another test builds. */
  part: boolean;
}

/** Every block of TypeScript in the READMEs and the guides, in the order of the documents. */
export function codeBlocks(): CodeBlock[] {
  const patterns = ["{packages,examples}/*/README.md", "docs/guides/*.md"];
  const documents = ["README.md", ...patterns.flatMap((pattern) => globSync(pattern, { cwd: root }).sort())];
  return documents.flatMap(blocksOf);
}

function blocksOf(document: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let opened: { line: number; code: string[] } | undefined;
  for (const [index, line] of readFileSync(`${root}/${document}`, "utf8").split("\n").entries()) {
    if (opened === undefined) {
      if (/^```(ts|js)\b/.test(line)) opened = { line: index + 1, code: [] };
    } else if (line === "```") {
      blocks.push(describeBlock(`${document}:${opened.line}`, opened.code.join("\n")));
      opened = undefined;
    } else {
      opened.code.push(line);
    }
  }
  return blocks;
}

function describeBlock(where: string, code: string): CodeBlock {
  const head = code.split("\n").filter((line) => line.startsWith("//"));
  const says = (word: string) => head.some((line) => line.slice(2).trim().startsWith(word));
  return {
    where,
    code,
    runtime: says("runtime: deno") ? "deno" : says("runtime: bun") ? "bun" : "node",
    listens: says("listens"),
    needs: says("needs: postgres") ? "postgres" : says("needs: redis") ? "redis" : undefined,
    part: says("app/"),
  };
}
