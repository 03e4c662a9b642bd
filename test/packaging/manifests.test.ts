import { existsSync, globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { packages, root } from "./tarballs.ts";

const home = "https://github.com/entity-tag/entity-tag";

describe.for(packages)("$manifest.name", ({ folder, manifest }) => {
  const name = manifest.name.replace("@entity-tag/", "");

  it("names its home, its author, and the place to report mistakes", () => {
    expect(manifest).toMatchObject({
      license: "MIT",
      author: "entity-tag contributors",
      homepage: `${home}/tree/main/packages/${name}#readme`,
      repository: { type: "git", url: `git+${home}.git`, directory: `packages/${name}` },
      bugs: `${home}/issues`,
    });
    expect(manifest.description).toMatch(/^[A-Z]/);
    expect(manifest.keywords).toContain("etag");
  });

  it("is released together with the others", () => {
    const { fixed } = JSON.parse(readFileSync(`${root}/.changeset/config.json`, "utf8"));
    expect(fixed[0]).toContain(manifest.name);
  });

  it("exports each entry for import and for require, and its package.json", () => {
    expect(manifest.exports["./package.json"]).toBe("./package.json");
    expect(manifest).toMatchObject({ main: "./dist/index.cjs", types: "./dist/index.d.cts" });
    for (const [path, entry] of Object.entries(manifest.exports)) {
      if (typeof entry === "string") continue;
      const stem = `./dist/${path === "." ? "index" : path.slice(2)}`;
      expect(entry, path).toEqual({
        import: { types: `${stem}.d.ts`, default: `${stem}.js` },
        require: { types: `${stem}.d.cts`, default: `${stem}.cjs` },
      });
      // A compiler without support for "exports", as in older versions of Nest and Jest, finds the types here.
      if (path !== ".")
        expect(manifest.typesVersions).toHaveProperty(["*", path.slice(2)], [`${stem}.d.cts`]);
    }
  });

  it("asks for the other packages by their version, so that npm can install what `npm pack` makes", () => {
    const own = Object.entries(manifest.dependencies ?? {}).filter(([other]) =>
      other.startsWith("@entity-tag/"),
    );
    for (const [other, range] of own) {
      const { version } = packages.find((each) => each.manifest.name === other)!.manifest;
      expect(range, other).toBe(`^${version}`);
    }
  });

  it("has links that work from the page of a registry", () => {
    for (const document of globSync(`${folder}/*.md`)) {
      for (const [, target] of readFileSync(document, "utf8").matchAll(/\]\(([^)\s]+)\)/g)) {
        expect(target).toMatch(/^(https:|#)/);
        const own = target!.match(`^${home}/(?:tree|blob)/main/([^#]+)`)?.[1];
        if (own !== undefined) expect(existsSync(`${root}/${own}`), target).toBe(true);
      }
    }
  });
});
