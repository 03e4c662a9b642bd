import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorsOf, markdownFiles, problemOf, relativeLinks, root } from "./links.ts";

const files = markdownFiles();
const read = (file: string) => readFileSync(resolve(root, file), "utf8");

it.each(files)("every relative link in %s leads to a file and a heading that exist", (file) => {
  const broken = relativeLinks(read(file)).flatMap(({ line, target }) => {
    const problem = problemOf(file, target);
    return problem === undefined ? [] : [`${file}:${line} ${target} ${problem}`];
  });
  expect(broken).toEqual([]);
});

describe("the check of links", () => {
  it("reads the guides, the READMEs of packages, the decisions and the API reference", () => {
    for (const file of [
      "README.md",
      "docs/guides/README.md",
      "docs/decisions/README.md",
      "packages/core/README.md",
      "packages/fastify/README.md",
      "packages/koa/README.md",
      "docs/api/core/src.md",
    ])
      expect(files).toContain(file);
    const all = files.flatMap((file) => relativeLinks(read(file)));
    expect(all.length).toBeGreaterThan(200);
  });

  it.each([
    ["[a](b.md)", ["b.md"]],
    ['![a](b.png) and [c](<d.md> "title")', ["b.png", "d.md"]],
    ['<img src="a.svg"> <source srcset="b.svg">', ["a.svg", "b.svg"]],
    ["[a]: b.md", ["b.md"]],
    ["[a](https://example.org/) [b](mailto:a@example.org)", []],
    ["`[a](b.md)` and [`c`](d.md)", ["d.md"]],
    ["```md\n[a](b.md)\n```\n[c](#d)", ["#d"]],
  ])("finds the links in %j", (text, expected) => {
    expect(relativeLinks(text).map(({ target }) => target)).toEqual(expected);
  });

  it("knows the anchors that GitHub gives", () => {
    const text =
      "# `conditional(options?)`\n## nginx with proxy_cache\n## Twice\n## Twice\n```\n# code\n```\n### [A](b.md), é!";
    expect([...anchorsOf(text)]).toEqual([
      "conditionaloptions",
      "nginx-with-proxy_cache",
      "twice",
      "twice-1",
      "a-é",
    ]);
  });

  it.each([
    ["README.md", "missing.md", "leads to no file"],
    ["README.md", "docs/guides/proxies.md#varnish", undefined],
    ["README.md", "docs/guides/proxies.md#no-such-heading", "leads to no heading"],
    ["docs/guides/proxies.md", "#squid", undefined],
    ["docs/guides/proxies.md", "#no-such-heading", "leads to no heading"],
    ["docs/guides/proxies.md", "../../../elsewhere.md", "leads out of the repository"],
    ["README.md", "/docs", "leads out of the repository"],
    ["README.md", "docs/guides", undefined],
  ])("reports for a link in %s to %s: %s", (file, target, problem) => {
    expect(problemOf(file, target)).toBe(problem);
  });
});
