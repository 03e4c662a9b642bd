import AxeBuilder from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressOf, edit, says, store, textOf } from "./browsing.ts";
import { isAvailable, launch } from "./chromium.ts";
import { interferingProxy } from "./interfering-proxy.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

describe.skipIf(!isAvailable)("in a browser", { timeout: 90_000 }, () => {
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

  const at = (name: string, view = "") => addressOf(server, name, view);
  const stored = (name: string) => textOf(server, name);
  const put = (name: string, content: string) => store(server, name, content);
  const person = (options = {}): Promise<BrowserContext> => browser.newContext(options);
  const editing = (context: BrowserContext, name: string) => edit(server, context, name);

  it("the wiki merges a mid-air collision with forms, without script", async () => {
    const context = await person({ javaScriptEnabled: false });
    await put("plain", "start");
    const [mine, theirs] = [await context.newPage(), await context.newPage()];
    for (const page of [mine, theirs]) await page.goto(at("plain", "edit"));
    await theirs.fill("#content", "their words");
    await theirs.click("#save");
    await mine.fill("#content", "my words");
    await mine.click("#save");
    expect(await mine.textContent("h1")).toBe("Mid-air collision");
    await mine.check('input[value="both"]');
    await mine.click('button[value="save"]');
    expect(await mine.textContent(".prose")).toContain("their words\nmy words");
    await context.close();
  });

  it("the wiki shows a collision of two people with base, theirs and mine, and saves the merge", async () => {
    await put("both", "one\n\ntwo\n\nthree");
    const [ann, bob] = [await person(), await person()];
    const [mine, theirs] = [await editing(ann, "both"), await editing(bob, "both")];
    await theirs.fill("#content", "ONE\n\ntwo\n\nthree");
    await theirs.click("#save");
    await says(theirs, "Saved.");
    await mine.fill("#content", "one\n\ntwo\n\nTHREE");
    await mine.click("#save");
    await mine.waitForSelector("#merge");
    expect(await mine.locator(".side h2").allTextContents()).toEqual(["Before", "Theirs", "Mine"]);
    await mine.click('button[value="save"]');
    await mine.waitForURL(at("both"));
    expect(await stored("both")).toBe("ONE\n\ntwo\n\nTHREE");
    // The draft was saved with the merge, so nothing is offered again.
    await mine.goto(at("both", "edit"), { waitUntil: "networkidle" });
    expect(await mine.isVisible("#draft")).toBe(false);
    await Promise.all([ann.close(), bob.close()]);
  });

  it("the editor saves with Ctrl+S, stays open, marks unsaved text in the title, and saves again on the new version", async () => {
    await put("keys", "one");
    const ann = await person();
    const page = await editing(ann, "keys");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    for (const text of ["two", "three"]) {
      await page.fill("#content", text);
      expect(await page.title()).toBe("• Editing keys");
      await page.keyboard.press("Control+s");
      await says(page, "Saved.");
      expect([await page.title(), await stored("keys")]).toEqual(["Editing keys", text]);
    }
    expect(await page.getAttribute("#state", "aria-live")).toBe("polite");
    await ann.close();
  });

  it("the wiki creates a page, and shows a collision if the name was taken in the meantime", async () => {
    const ann = await person();
    const [first, second] = [await editing(ann, "new one"), await editing(ann, "new one")];
    await first.fill("#content", "first");
    await first.click("#save");
    await says(first, "Saved.");
    await second.fill("#content", "second");
    await second.click("#save");
    await second.waitForSelector("#merge");
    await second.click("#take-theirs");
    await second.waitForURL(at("new one"));
    expect(await stored("new one")).toBe("first");
    await ann.close();
  });

  it.each([
    ["a click", (page: Page) => page.click(".brand")],
    ["a reload", (page: Page) => page.reload()],
    ["a closed tab", (page: Page) => page.close()],
  ])("the editor keeps unsaved text through %s, and offers it again", async (way, leave) => {
    const name = `draft ${way}`;
    await put(name, "stored");
    const ann = await person();
    const page = await editing(ann, name);
    await page.fill("#content", "my unsaved words");
    await says(page, "Not saved yet");
    await leave(page);
    const again = page.isClosed() ? await editing(ann, name) : page;
    await again.goto(at(name, "edit"), { waitUntil: "networkidle" });
    expect(await again.inputValue("#content")).toBe("stored");
    await again.click("text=Restore my text");
    expect(await again.inputValue("#content")).toBe("my unsaved words");
    await again.click("#save");
    await says(again, "Saved.");
    expect(await stored(name)).toBe("my unsaved words");
    await ann.close();
  });

  it("the wiki shows a collision when a restored draft is saved after a later change", async () => {
    await put("old draft", "one\n\ntwo");
    const ann = await person();
    const page = await editing(ann, "old draft");
    await page.fill("#content", "one\n\nTWO");
    await says(page, "Not saved yet");
    await page.goto("about:blank");
    await put("old draft", "ONE\n\ntwo");
    await page.goto(at("old draft", "edit"), { waitUntil: "networkidle" });
    await page.click("text=Restore my text");
    await page.click("#save");
    await page.waitForSelector("#merge");
    await page.click('button[value="save"]');
    await page.waitForURL(at("old draft"));
    expect(await stored("old draft")).toBe("ONE\n\nTWO");
    await ann.close();
  });

  it("the editor keeps separate drafts of one page for two tabs", async () => {
    await put("two tabs", "stored");
    const ann = await person();
    const [one, two] = [await editing(ann, "two tabs"), await editing(ann, "two tabs")];
    await one.fill("#content", "draft one");
    await two.fill("#content", "draft two");
    await says(two, "Not saved yet");
    await one.reload({ waitUntil: "networkidle" });
    await one.click("text=Restore my text");
    expect(await one.inputValue("#content")).toBe("draft one");
    await ann.close();
  });

  it("the editor keeps text while offline, and saves it when the network is back", async () => {
    await put("offline", "stored");
    const ann = await person();
    const page = await editing(ann, "offline");
    await ann.setOffline(true);
    await page.fill("#content", "written offline");
    await page.click("#save");
    await says(page, /Offline|Not saved|not known/);
    expect(await stored("offline")).toBe("stored");
    await ann.setOffline(false);
    await expect.poll(() => stored("offline"), { timeout: 20_000 }).toBe("written offline");
    await says(page, "Saved.");
    await ann.close();
  });

  it("the editor finds out whether a save was done whose answer was lost, and saves once", async () => {
    await put("lost", "stored");
    const proxy = await interferingProxy(server.origin);
    const ann = await person();
    const page = await ann.newPage();
    await page.goto(`${proxy.origin}/wiki/lost/edit`, { waitUntil: "networkidle" });
    await page.fill("#content", "arrived");
    proxy.dropNextAnswer();
    await page.click("#save");
    await says(page, "Saved.");
    expect(await stored("lost")).toBe("arrived");
    expect(proxy.dropped()).toBe(1);
    const history = await (await fetch(at("lost", "history"))).text();
    expect(history.match(/history\//g)).toHaveLength(1);
    await ann.close();
    proxy.stop();
  });

  it.each(["100%", "#", "a/b", "ü?&=x"])("a person can edit the page with the name %s", async (name) => {
    const ann = await person();
    const page = await ann.newPage();
    await page.goto(server.origin);
    await page.fill("#open-name", name);
    await page.keyboard.press("Enter");
    await page.click("text=Create it");
    await page.waitForLoadState("networkidle");
    await page.fill("#content", `text of ${name}`);
    await page.click("#save");
    await says(page, "Saved.");
    await page.click("#leave");
    expect(await page.textContent(".page-name")).toBe(name);
    expect(await stored(name)).toBe(`text of ${name}`);
    await ann.close();
  });

  it("the browser's cache revalidates a page: the server logs a 304", async () => {
    await put("cached", "words");
    const ann = await person();
    const page = await ann.newPage();
    await page.goto(at("cached"));
    await page.goto(server.origin);
    await page.goto(at("cached"));
    const shown = page.locator("#exchanges li.status-304", { hasText: "/wiki/cached" });
    await expect.poll(() => shown.count(), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await shown.first().textContent()).toMatch(/If-None-Match: ".*octets not sent/);
    expect(await page.textContent("#total")).toMatch(/octets saved/);
    await ann.close();
  });

  it.each(["forbidden", "full"])("a person can edit, merge and save where storage is %s", async (storage) => {
    const name = `storage ${storage}`;
    await put(name, "start");
    const ann = await person();
    await ann.addInitScript((isForbidden) => {
      const refuse = () => {
        throw new DOMException("no", "SecurityError");
      };
      if (!isForbidden) Storage.prototype.setItem = refuse;
      else
        for (const kept of ["localStorage", "sessionStorage"])
          Object.defineProperty(window, kept, { get: refuse });
    }, storage === "forbidden");
    const page = await editing(ann, name);
    await page.fill("#content", "mine");
    await says(page, "keeps no drafts");
    await page.click("#save");
    await says(page, "Saved.");
    await put(name, "theirs");
    await page.fill("#content", "mine again");
    await page.click("#save");
    await page.waitForSelector("#merge");
    expect(await page.textContent("h1")).toBe("Mid-air collision");
    await expect.poll(() => page.locator("#exchanges li").count(), { timeout: 10_000 }).toBeGreaterThan(0);
    await ann.close();
  });

  it("the wiki keeps a text whose page was deleted in the meantime, and creates the page again with it", async () => {
    await put("deleted", "old");
    const ann = await person();
    const page = await editing(ann, "deleted");
    await page.fill("#content", "my text");
    const etag = (await fetch(`${server.origin}/pages/deleted`)).headers.get("ETag")!;
    await fetch(`${server.origin}/pages/deleted`, { method: "DELETE", headers: { "If-Match": etag } });
    await page.click("#save");
    await expect.poll(() => page.textContent("h1")).toBe("Deleted meanwhile");
    await page.click("text=Create it again with my text");
    await expect.poll(async () => (await fetch(`${server.origin}/pages/deleted`)).status).toBe(200);
    expect(await (await fetch(`${server.origin}/pages/deleted`)).text()).toContain("my text");
    await ann.close();
  });

  it("the wiki shows every kind of page at 320 pixels without horizontal scrolling, and escapes markup in names", async () => {
    const name = `<img src=x onerror="document.title='hacked'">${"long".repeat(30)}`;
    await put(name, `start\n\n${"x".repeat(300)}\n\n| a | b |\n|---|---|\n| ${"y".repeat(200)} | z |`);
    const ann = await person({ viewport: { width: 320, height: 640 } });
    const page = await editing(ann, name);
    const fits = async () => {
      const beyond = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      expect(beyond, page.url()).toBeLessThanOrEqual(0);
      expect(await page.title()).not.toMatch(/^hacked/);
    };
    await fits();
    await put(name, "theirs");
    await page.fill("#content", "mine");
    await page.click("#save");
    await page.waitForSelector("#merge");
    await fits();
    for (const view of ["", "history", "delete"]) {
      await page.goto(at(name, view));
      await fits();
    }
    await page.goto(server.origin);
    await fits();
    await ann.close();
  });

  it("the editor works in twenty tabs on one page, though a browser opens only six connections", {
    timeout: 120_000,
  }, async () => {
    await put("crowd", "start");
    const ann = await person();
    const open = async () => {
      const page = await ann.newPage();
      await page.goto(at("crowd", "edit"), { waitUntil: "domcontentloaded" });
      return page;
    };
    const pages: Page[] = [];
    while (pages.length < 20) pages.push(...(await Promise.all(Array.from({ length: 10 }, open))));
    const last = pages.at(-1)!;
    await last.fill("#content", "from the last tab");
    await last.waitForFunction(() => document.querySelector("#state")?.textContent !== "");
    await last.click("#save");
    await says(last, "Saved.");
    await pages[0]!.fill("#content", "from the first tab");
    await says(pages[0]!, "Not saved yet");
    await pages[0]!.click("#save");
    await pages[0]!.waitForSelector("#merge");
    const shown = pages[10]!.locator("#exchanges li", { hasText: "/wiki/crowd" });
    await expect.poll(() => shown.count(), { timeout: 10_000 }).toBeGreaterThan(0);
    await ann.close();
  });

  it.each([
    ["light", 1280],
    ["dark", 390],
  ] as const)("axe finds no fault, in %s at %d pixels", async (colorScheme, width) => {
    const name = `axe ${colorScheme} ${width}`;
    await put(name, RICH);
    const ann = await person({ colorScheme, reducedMotion: "reduce", viewport: { width, height: 800 } });
    const page = await editing(ann, name);
    const check = async () => {
      // The other mode opens one more tab for each page, for frames of other origins.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
        page.url(),
      ).toEqual([]);
    };
    const visit = async (url: string) => {
      await page.goto(url);
      await check();
    };
    await check();
    await put(name, `${RICH}\ntheir words`);
    await page.fill("#content", `${RICH}\nmy words`);
    await page.click("#save");
    await page.waitForSelector("#merge");
    await check();
    await page.goto(at(name, "edit"));
    await page.waitForSelector("#draft:not([hidden])");
    await check();
    for (const view of ["", "history"]) await visit(at(name, view));
    await page.click(".history a");
    await check();
    await visit(at(name, "delete"));
    await put(name, "changed meanwhile");
    await page.click(".danger");
    await expect.poll(() => page.textContent("h1")).toContain("Not deleted");
    await check();
    await page.goto(at(name, "edit"));
    await page.fill("#content", "my text");
    const etag = (await fetch(`${server.origin}/pages/${encodeURIComponent(name)}`)).headers.get("ETag")!;
    await fetch(`${server.origin}/pages/${encodeURIComponent(name)}`, {
      ...{ method: "DELETE", headers: { "If-Match": etag } },
    });
    await page.click("#save");
    await expect.poll(() => page.textContent("h1")).toBe("Deleted meanwhile");
    await check();
    await visit(server.origin);
    for (const path of ["/?after=a", "/open?name=..", "/wiki/nowhere", "/wiki/nowhere/edit", "/not/here"])
      await visit(server.origin + path);
    await ann.close();
  });
});

/** A page with all elements that may scroll or have their own colour. */
const RICH = `# Title

Words with \`code\` and a [link](https://www.example.org).

> A quotation

- [x] done

| ${"a wide head ".repeat(10)} | b |
|---|---:|
| 1 | 2 |

\`\`\`
${"a long line of code ".repeat(20)}
\`\`\`
`;
