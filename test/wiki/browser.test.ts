import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isAvailable, launch } from "./chromium.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

describe.skipIf(!isAvailable)("the wiki in a browser without script", () => {
  let server: WikiProcess;
  let browser: Browser;
  beforeAll(async () => {
    server = await startWiki();
    browser = await launch();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("merges a mid-air collision by forms alone", { timeout: 60_000 }, async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const [mine, theirs] = [await context.newPage(), await context.newPage()];
    for (const page of [mine, theirs]) await page.goto(`${server.origin}/wiki/home/edit`);
    await theirs.fill("#content", "one\ntheir words");
    await theirs.click("#save");
    await mine.fill("#content", "one\nmy words");
    await mine.click("#save");
    expect(await mine.textContent("h1")).toBe("Mid-air collision");
    await mine.check('input[value="both"]');
    await mine.click('button[value="save"]');
    expect(await mine.textContent(".prose")).toContain("their words");
    expect(await mine.textContent(".prose")).toContain("my words");
  });
});
