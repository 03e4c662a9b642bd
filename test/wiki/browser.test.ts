import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const available = existsSync(chromiumPath);
if (!available) {
  const line = `No browser at ${chromiumPath}: its tests are skipped. "apt-get install chromium", or set CHROMIUM to one.`;
  if (process.env.CI) throw new Error(line);
  console.error(line);
}
const flags = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  ...["--disable-component-update", "--disable-sync"],
];

describe.skipIf(!available)("the wiki in a browser", () => {
  let server: WikiProcess;
  let browser: Browser;
  beforeAll(async () => {
    server = await startWiki();
    browser = await chromium.launch({ executablePath: chromiumPath, args: flags });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("shows a mid-air collision instead of losing one of two edits", { timeout: 60_000 }, async () => {
    const [mine, theirs] = await Promise.all([open("home"), open("home")]);
    await save(theirs, "their words");
    await shows(theirs, "Saved.");

    await save(mine, "my words");
    await shows(mine, "Not saved.");
    await expect.poll(() => mine.textContent("#theirs")).toBe("their words");
    expect(await mine.inputValue("#content")).toBe("my words");
    expect(await stored("home")).toBe("their words");

    await save(mine, "their words, and mine");
    await shows(mine, "Saved.");
    expect(await stored("home")).toBe("their words, and mine");
  });

  it("creates a page that nobody else has created meanwhile", { timeout: 60_000 }, async () => {
    const [first, second] = await Promise.all([open("a new/page"), open("a new/page")]);
    await save(first, "first");
    await shows(first, "Saved.");
    await save(second, "second");
    await shows(second, "Not saved.");
    await second.click("#take");
    expect(await second.inputValue("#content")).toBe("first");
  });

  async function open(name: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${server.origin}/#${encodeURIComponent(name)}`);
    await page.waitForFunction(() => document.querySelector("#etag")?.textContent !== "");
    return page;
  }

  async function stored(name: string): Promise<string> {
    return (await (await fetch(`${server.origin}/pages/${encodeURIComponent(name)}`)).json()).content;
  }
});

async function save(page: Page, content: string): Promise<void> {
  await page.fill("#content", content);
  await page.click("#save");
}

async function shows(page: Page, text: string): Promise<void> {
  await expect.poll(() => page.textContent("#said"), { timeout: 10_000 }).toBe(text);
}
