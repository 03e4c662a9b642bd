import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** Every Markdown file of the repository; hidden folders, such as that of the changesets, are among them. */
export function markdownFiles(): string[] {
  const exclude = (path: string) => /(^|\/)(node_modules|dist|results|\.next|\.git|coverage)$/.test(path);
  return globSync(["**/*.md", ".*/**/*.md"], { cwd: root, exclude }).sort();
}

export interface Link {
  line: number;
  /** The text in the parentheses, or in `href`, `src` or `srcset`. */
  target: string;
}

/** The links of a text that lead into the repository. Links in code do not count. */
export function relativeLinks(text: string): Link[] {
  const patterns = [
    /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g,
    /^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/g,
    /\b(?:href|src|srcset)="([^"\s]+)/g,
  ];
  return withoutCode(text)
    .split("\n")
    .flatMap((line, index) =>
      patterns.flatMap((pattern) =>
        [...line.matchAll(pattern)].map(([, target]) => ({ line: index + 1, target: target! })),
      ),
    )
    .filter(({ target }) => !/^([a-z][a-z\d+.-]*:|\/\/)/i.test(target));
}

/** Why a link is broken; `undefined` if it is not. */
export function problemOf(file: string, target: string): string | undefined {
  const [path = "", anchor] = target.split("#");
  const found = resolve(root, dirname(file), decodeURIComponent(path));
  const led = path === "" ? resolve(root, file) : found;
  if (target.startsWith("/") || relative(root, led).startsWith("..")) return "leads out of the repository";
  if (!existsSync(led)) return "leads to no file";
  if (anchor === undefined) return undefined;
  if (!led.endsWith(".md")) return statSync(led).isDirectory() ? "has an anchor in a folder" : undefined;
  const has = anchorsOf(readFileSync(led, "utf8")).has(decodeURIComponent(anchor));
  return has ? undefined : "leads to no heading";
}

/** The anchors that GitHub gives to the headings of a text, and those that it names itself. */
export function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of withoutBlocks(text).split("\n")) {
    for (const [, name] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(name!);
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** A heading in small letters, with `-` for a space, and without its marks. */
function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<\/?[a-z][^>]*>/gi, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

/** Blocks of code become empty lines, so that the numbers of lines stay. */
function withoutBlocks(text: string): string {
  return text.replace(/^( *)(```+|~~~+)[^\n]*\n[\s\S]*?^\1\2[^\S\n]*$/gm, (block) =>
    block.replace(/[^\n]/g, ""),
  );
}

function withoutCode(text: string): string {
  return withoutBlocks(text).replace(/(`+)(?!`)[^\n]*?[^`]\1(?!`)/g, "");
}
