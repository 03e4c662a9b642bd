import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { startServer } from "../probe/server.ts";
import { run } from "./run.ts";

const readme = readFileSync(resolve(import.meta.dirname, "../../../packages/conformance/README.md"), "utf8");
const commands = [...readme.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
});

describe("every command in the README does what it says", () => {
  it("the README has commands", () => expect(commands.length).toBeGreaterThan(4));

  for (const line of commands) {
    it(line, async () => {
      const server = await startServer();
      stopping.push(server.close);
      const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      expect(words.splice(0, 2)).toEqual(["npx", "@entity-tag/conformance"]);
      const args = words.map((word) => (word.startsWith("http://localhost:3000/") ? server.url : word));
      const { status, out, err } = await run(args);
      expect(err).toBe("");
      expect(status, out).toBe(0);
    });
  }

  it("every option of --help has a line in a table of the README", async () => {
    const { out } = await run(["--help"]);
    for (const [, flag] of out.matchAll(/^ {2}(--[\w-]+)/gm))
      expect(readme, flag).toMatch(new RegExp(`^\\| \`${flag}\\b`, "m"));
  });

  it("the README shows the explanation that the command prints", async () => {
    const { out } = await run(["explain", "GET", 'If-None-Match: "a", W/"b"', "--etag", '"b"']);
    const shown = /says which answer is right, and why:\n\n```\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(out).toContain(shown);
  });
});
