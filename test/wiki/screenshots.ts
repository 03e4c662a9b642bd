/**
 * Draws the pictures of the README: `npm run screenshots`. It needs Chromium.
 *
 * `npm run screenshots -- FOLDER` draws every page in every state instead, on a desktop and a phone, light and dark.
 */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { launch } from "./chromium.ts";
import { startWiki } from "./wiki-process.ts";

const PICTURES = resolve(import.meta.dirname, "../../docs/pictures");
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const BASE =
  "# Tea\n\nBoil fresh water.\n\nTwo spoons for each cup.\n\nWait for three minutes.\n\nServe with milk.\n";
const THEIRS = BASE.replace("Boil fresh water", "Boil fresh, soft water").replace(
  "three minutes",
  "four minutes",
);
const MINE = BASE.replace("with milk", "with lemon").replace("three minutes", "two minutes");
const LONG_NAME = `A page with a title that nobody would choose, ${"but somebody will ".repeat(8)}`.trim();
const EVERYTHING = `## A second heading

A paragraph with *emphasis*, **strong words**, \`code\`, a [link](https://www.rfc-editor.org/rfc/rfc9110) and an
address that does not fit: https://www.example.org/${"a-long-path/".repeat(12)}

> A quotation of two lines.
> It has a second one.

1. One
2. Two
   - and a list within
   - of two items

- [x] done
- [ ] to do

| field | asks | when it fails |
|---|:---:|---:|
| \`If-Match\` | Is it still this version? | 412 |
| \`If-None-Match\` | Has it changed since? | 304 |
| \`If-Unmodified-Since\` | a long sentence that makes this table wider than a phone is | 412 |

\`\`\`ts
const response = await fetch("https://www.example.org/pages/home", { headers: { "If-None-Match": '"a-long-tag"' } });
console.log(response.status);
\`\`\`

---

The end.
`;

const folder = process.argv[2];
mkdirSync(folder ?? PICTURES, { recursive: true });
const wiki = await startWiki();
const browser = await launch();
try {
  if (folder === undefined) await drawReadme(browser);
  else await drawEverything(browser, folder);
} finally {
  await browser.close();
  await wiki.stop();
}

async function drawReadme(browser: Browser): Promise<void> {
  const { mine } = await collide(await context(browser, "light", DESKTOP), "Tea", THEIRS, MINE);
  await picture(mine, PICTURES, "collision");
  await mine.emulateMedia({ colorScheme: "dark" });
  await picture(mine, PICTURES, "collision-dark");
}

async function drawEverything(browser: Browser, into: string): Promise<void> {
  for (const [name, content] of [
    ["Tea", BASE],
    ["Everything", EVERYTHING],
    [LONG_NAME, "words"],
    ["صفحة", "# مرحبا\n\nهذا نص من اليمين إلى اليسار."],
    ["🫖 and ☕", "words"],
    ["Shopping list", "- milk\n- bread\n"],
  ] as const)
    await create(name, content);
  for (const [device, viewport] of Object.entries({ desktop: DESKTOP, phone: PHONE }))
    for (const scheme of ["light", "dark"] as const)
      await drawAll(await context(browser, scheme, viewport), into, `${device}-${scheme}`);
}

async function drawAll(person: BrowserContext, into: string, kind: string): Promise<void> {
  const shot = (page: Page, name: string) => picture(page, into, `${name}-${kind}`, true);
  const page = await person.newPage();
  const visit = async (path: string, name: string) => {
    await page.goto(wiki.origin + path, { waitUntil: "load" });
    await page.waitForTimeout(250);
    await shot(page, name);
  };
  await visit("/", "start");
  await visit("/wiki/Tea", "read");
  await visit("/wiki/Tea", "read-again");
  await visit("/wiki/Everything", "read-everything");
  await visit(`/wiki/${encodeURIComponent(LONG_NAME)}`, "read-long-name");
  await visit(`/wiki/${encodeURIComponent("صفحة")}`, "read-right-to-left");
  await visit("/wiki/Nowhere", "missing");
  await visit("/nothing/here", "not-found");
  await visit("/open?name=..", "bad-name");
  const name = `Tea ${kind}`;
  await create(name, BASE);
  const { mine, theirs } = await collide(person, name, THEIRS, MINE, (editor) =>
    shot(editor, "edit-unsaved"),
  );
  await shot(theirs, "edit-saved");
  await shot(mine, "collision");
  await mine.goto(`${wiki.origin}/wiki/${encodeURIComponent(name)}/edit`);
  await mine.waitForSelector("#draft:not([hidden])");
  await shot(mine, "draft-offered");
  await mine.goto("about:blank");
  const easy = await collide(
    person,
    `${name} easy`,
    BASE.replace("Boil", "Cook"),
    BASE.replace("milk", "lemon"),
  );
  await shot(easy.mine, "collision-without-conflict");
  await easy.mine.close();
  await person.setOffline(true);
  await theirs.fill("#content", `${THEIRS}\nMore.\n`);
  await theirs.click("#save");
  await theirs.waitForTimeout(600);
  await shot(theirs, "offline");
  await person.setOffline(false);
  await theirs.goto("about:blank");
  await visit("/wiki/Fresh/edit", "edit-new");
  await visit(`/wiki/${encodeURIComponent(name)}/history`, "history");
  await page.click(".history a");
  await page.waitForTimeout(250);
  await shot(page, "revision");
  await visit(`/wiki/${encodeURIComponent(name)}/delete`, "delete");
  const opened = await person.newPage();
  await opened.goto(`${wiki.origin}/wiki/${encodeURIComponent(`${name} easy`)}/delete`);
  await save(`${name} easy`, "Somebody wrote this meanwhile.\n");
  await opened.click(".danger");
  await opened.waitForTimeout(250);
  await shot(opened, "delete-changed");
  await person.close();
}

/** Two people open one page; the first saves, and the second meets a collision. */
async function collide(
  person: BrowserContext,
  name: string,
  theirText: string,
  myText: string,
  before?: (mine: Page) => Promise<void>,
): Promise<{ mine: Page; theirs: Page }> {
  await create(name, BASE);
  const [mine, theirs] = [await person.newPage(), await person.newPage()];
  for (const page of [mine, theirs])
    await page.goto(`${wiki.origin}/wiki/${encodeURIComponent(name)}/edit`, { waitUntil: "networkidle" });
  await theirs.fill("#content", theirText);
  await theirs.click("#save");
  await theirs.locator("#state.saved").waitFor();
  await mine.fill("#content", myText);
  await mine.waitForTimeout(400);
  await before?.(mine);
  await mine.click("#save");
  await mine.waitForSelector("#merge");
  await mine.waitForTimeout(250);
  return { mine, theirs };
}

function context(
  browser: Browser,
  colorScheme: "light" | "dark",
  viewport: typeof DESKTOP,
): Promise<BrowserContext> {
  return browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
}

function url(name: string): string {
  return `${wiki.origin}/pages/${encodeURIComponent(name)}`;
}

async function create(name: string, content: string): Promise<void> {
  const headers = { "If-None-Match": "*" };
  await fetch(url(name), { method: "PUT", headers, body: JSON.stringify({ content }) });
}

async function save(name: string, content: string): Promise<void> {
  const headers = { "If-Match": (await fetch(url(name))).headers.get("ETag")! };
  await fetch(url(name), { method: "PUT", headers, body: JSON.stringify({ content }) });
}

async function picture(page: Page, into: string, name: string, fullPage = false): Promise<void> {
  await page.screenshot({ path: `${into}/${name}.png`, fullPage });
}
