/** Draws pictures of the wiki, those of the README among them: `npm run screenshots`. It needs Chromium. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launch } from "./chromium.ts";
import { startWiki } from "./wiki-process.ts";

const FOLDER = resolve(import.meta.dirname, process.argv[2] ?? "../../docs/pictures");
const BASE =
  "# Tea\n\nBoil fresh water.\n\nTwo spoons for each cup.\n\nWait for three minutes.\n\nServe with milk.\n";
const THEIRS = BASE.replace("Boil fresh water", "Boil fresh, soft water").replace(
  "three minutes",
  "four minutes",
);
const MINE = BASE.replace("with milk", "with lemon").replace("three minutes", "two minutes");
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

mkdirSync(FOLDER, { recursive: true });
const wiki = await startWiki();
const browser = await launch();
try {
  await draw(browser);
} finally {
  await browser.close();
  await wiki.stop();
}

async function draw(browser: Browser): Promise<void> {
  for (const [name, content] of [
    ["Tea", BASE],
    ["Shopping list", "- milk\n- bread\n"],
  ] as const) {
    const body = JSON.stringify({ content });
    const url = `${wiki.origin}/pages/${encodeURIComponent(name)}`;
    await fetch(url, { method: "PUT", headers: { "If-None-Match": "*" }, body });
  }
  const reader = await open(browser, "light", DESKTOP);
  await shot(reader, "/", "start");
  await reader.reload();
  await shot(reader, "/wiki/Tea", "read");
  await shot(reader, "/wiki/Tea", "read");
  const [mine, theirs] = [await open(browser, "light", DESKTOP), await open(browser, "light", DESKTOP)];
  for (const page of [mine, theirs]) await page.goto(`${wiki.origin}/wiki/Tea/edit`);
  await theirs.fill("#content", THEIRS);
  await theirs.click("#save");
  await theirs.waitForFunction(() =>
    /^Saved|wiki.Tea$/.test(document.querySelector("#state")?.textContent || location.pathname),
  );
  await mine.fill("#content", MINE);
  await mine.waitForTimeout(400);
  await picture(mine, "edit");
  await mine.click("#save");
  await mine.waitForSelector("#merge");
  await picture(mine, "collision");
  await mine.emulateMedia({ colorScheme: "dark" });
  await picture(mine, "collision-dark");
  await mine.setViewportSize(PHONE);
  await picture(mine, "collision-phone");
  const phone = await open(browser, "dark", PHONE);
  await shot(phone, "/", "start-phone-dark");
  await shot(phone, "/wiki/Tea", "read-phone-dark");
  await shot(reader, "/wiki/Tea/history", "history");
}

async function open(
  browser: Browser,
  colorScheme: "light" | "dark",
  viewport: typeof DESKTOP,
): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
  return context.newPage();
}

async function shot(page: Page, path: string, name: string): Promise<void> {
  await page.goto(wiki.origin + path);
  await page.waitForTimeout(300);
  await picture(page, name);
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
}
