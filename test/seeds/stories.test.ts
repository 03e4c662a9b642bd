import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { play, stories } from "@entity-tag/example-systems/stories";
import { describe, expect, it } from "vitest";

const lostWithout: Record<string, string[]> = {
  tririga: ["Ann's activation"],
  mdn: ["Ann's word"],
  calendar: ["the event itself"],
  "oracle-hcm": ["one promotion of Ada"],
};

describe.each(Object.entries(stories))("the story of %s", (name, story) => {
  it("loses no change, and says so in its last line", async () => {
    const lines: string[] = [];
    const { lost, totals } = await play(story, (line) => lines.push(line));
    expect(lost).toEqual([]);
    expect(totals.protectedUpdates).toBeGreaterThan(0);
    expect(lines.at(-1)).toMatch(
      /^\d+ octets were saved and \d+ updates? (was|were) protected\. Nothing was lost\.$/,
    );
  });

  it("loses an acknowledged change without conditions", async () => {
    const lines: string[] = [];
    const { lost } = await play(story, (line) => lines.push(line), { hasConditions: false });
    expect(lost).toEqual(lostWithout[name]);
    expect(lines.at(-1)).toBe(`Lost, although it was acknowledged: ${lost.join(", ")}.`);
    expect(lines.join("\n")).not.toContain("If-Match");
  });
});

describe("npm run story", () => {
  const main = new URL("../../examples/systems/src/story.ts", import.meta.url).pathname;
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [main, ...args]);

  it("lists the stories", async () => {
    const { stdout } = await run();
    for (const name of Object.keys(stories)) expect(stdout).toContain(name);
  });

  it("plays one story, without colours in a pipe, and refuses an unknown name", async () => {
    const { stdout } = await run("mdn");
    expect(stdout).not.toContain("\u001b[");
    expect(stdout).toContain("Nothing was lost.");
    await expect(run("nobody")).rejects.toMatchObject({ code: 1 });
  });
});
