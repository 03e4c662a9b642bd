import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressOf, edit, says, store, textOf } from "./browsing.ts";
import { isAvailable, launch } from "./chromium.ts";
import { interferingProxy } from "./interfering-proxy.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

describe.skipIf(!isAvailable)("a text that somebody writes", { timeout: 90_000 }, () => {
  let server: WikiProcess;
  let browser: Browser;
  let ann: BrowserContext;
  beforeAll(async () => {
    server = await startWiki();
    browser = await launch();
    ann = await browser.newContext();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const at = (name: string, view = "") => addressOf(server, name, view);
  const stored = (name: string) => textOf(server, name);
  const put = (name: string, content: string) => store(server, name, content);
  const editing = (name: string) => edit(server, ann, name);
  const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());

  it("the editor never has an old text with a new tag, after a reload and after going back", async () => {
    await put("old text", "first");
    const page = await editing("old text");
    await page.fill("#content", "my unsaved text");
    await put("old text", "theirs");
    const fields = () => Promise.all([page.inputValue("#content"), page.isVisible("#draft")]);
    await page.reload({ waitUntil: "networkidle" });
    expect(await fields()).toEqual(["theirs", true]);
    await page.goto(at("old text"));
    await page.goBack({ waitUntil: "networkidle" });
    expect(await fields()).toEqual(["theirs", true]);
    await page.close();
  });

  it("the editor never has an old text with a new tag, also without script", async () => {
    await put("old text, plain", "first");
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const page = await plain.newPage();
    await page.goto(at("old text, plain", "edit"));
    await page.fill("#content", "my unsaved text");
    await put("old text, plain", "theirs");
    for (const again of [() => page.reload(), () => page.goto(at("home")).then(() => page.goBack())]) {
      await again();
      expect(await page.inputValue("#content")).toBe("theirs");
      await page.fill("#content", "my unsaved text");
    }
    await plain.close();
  });

  it("a double click saves the text once, and adds one version", async () => {
    await put("double", "start");
    const page = await editing("double");
    await page.fill("#content", "changed");
    await page.dblclick("#save");
    await says(page, /^Saved\.$|nothing to save/);
    expect(await stored("double")).toBe("changed");
    const history = await (await fetch(at("double", "history"))).text();
    expect(history.match(/history\//g)).toHaveLength(1);
    await page.close();
  });

  it("Ctrl+S saves the text, wherever the focus is", async () => {
    await put("no focus", "start");
    const page = await editing("no focus");
    await page.fill("#content", "changed");
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
    await page.keyboard.press("Control+s");
    await says(page, "Saved.");
    expect(await stored("no focus")).toBe("changed");
    await page.close();
  });

  it("the editor has the saved text when the browser goes back to it", async () => {
    await put("back", "start");
    const page = await editing("back");
    await page.fill("#content", "changed");
    await page.click("#save");
    await says(page, "Saved.");
    await page.click("#leave");
    await page.waitForURL(at("back"));
    expect(await page.textContent(".prose")).toContain("changed");
    await page.goBack({ waitUntil: "networkidle" });
    expect([await page.inputValue("#content"), await page.isVisible("#draft")]).toEqual(["changed", false]);
    await page.fill("#content", "changed again");
    await page.click("#save");
    await says(page, "Saved.");
    expect(await stored("back")).toBe("changed again");
    await page.close();
  });

  it("the editor has the saved text also in a browser that keeps the pages that it has left", async () => {
    await put("kept", "start");
    const keeping = await launch("keeps pages");
    const context = await keeping.newContext();
    const page = await context.newPage();
    await page.goto(at("kept"));
    await page.click("text=Edit");
    await page.waitForURL(at("kept", "edit"));
    await page.waitForLoadState("networkidle");
    await page.fill("#content", "changed");
    await page.click("#save");
    await says(page, "Saved.");
    await page.goBack();
    await expect.poll(() => page.textContent(".prose")).toContain("changed");
    await page.goForward({ waitUntil: "networkidle" });
    expect(await page.inputValue("#content")).toBe("changed");
    await page.fill("#content", "changed again");
    await page.click("#save");
    await says(page, "Saved.");
    expect(await stored("kept")).toBe("changed again");
    await keeping.close();
  });

  it("a text stays with its own page when the answer to its save comes late", async () => {
    await put("slow", "start");
    await put("other", "untouched");
    const proxy = await interferingProxy(server.origin);
    const page = await ann.newPage();
    await page.goto(`${proxy.origin}/wiki/slow/edit`, { waitUntil: "networkidle" });
    await page.fill("#content", "slow text");
    const answer = proxy.holdNextAnswer();
    await page.click("#save");
    await answer.arrived;
    await page.goto(`${proxy.origin}/wiki/other/edit`, { waitUntil: "networkidle" });
    const tag = await page.inputValue("input[name=tag]");
    answer.release();
    await page.fill("#content", "other text");
    await says(page, "Not saved yet");
    expect(await page.inputValue("input[name=tag]")).toBe(tag);
    expect([await stored("slow"), await stored("other")]).toEqual(["slow text", "untouched"]);
    // The text that arrived is not offered again.
    await page.goto(`${proxy.origin}/wiki/slow/edit`, { waitUntil: "networkidle" });
    expect(await page.isVisible("#draft")).toBe(false);
    await page.close();
    proxy.stop();
  });

  it("a text that changes during a save is saved by the next click, on the version of that save", async () => {
    await put("typing", "start");
    const proxy = await interferingProxy(server.origin);
    const page = await ann.newPage();
    await page.goto(`${proxy.origin}/wiki/typing/edit`, { waitUntil: "networkidle" });
    await page.fill("#content", "one");
    const answer = proxy.holdNextAnswer();
    await page.click("#save");
    await answer.arrived;
    await page.fill("#content", "two");
    await page.click("#save");
    expect(await stored("typing")).toBe("one");
    answer.release();
    await says(page, /^Saved\.$/);
    expect(await stored("typing")).toBe("two");
    await page.close();
    proxy.stop();
  });

  it("a text that was not submitted is not saved when the network comes back", async () => {
    await put("unasked", "start");
    const page = await editing("unasked");
    await ann.setOffline(true);
    await page.fill("#content", "half a sentence");
    await says(page, "Offline. Your text is kept in this browser.");
    await ann.setOffline(false);
    await says(page, "Not saved yet");
    expect(await stored("unasked")).toBe("start");
    await ann.setOffline(true);
    await page.click("#save");
    await says(page, "is saved when you are back");
    await ann.setOffline(false);
    await says(page, /^Saved\.$/);
    expect(await stored("unasked")).toBe("half a sentence");
    await page.close();
  });

  it("the texts of two closed tabs are kept separately, and both are offered, the newest first", async () => {
    await put("two drafts", "start");
    const [one, two] = [await editing("two drafts"), await editing("two drafts")];
    for (const [page, text] of [
      [one, "first draft"],
      [two, "second draft"],
    ] as const) {
      await page.fill("#content", text);
      await says(page, "Not saved yet");
      await page.close();
    }
    const again = await editing("two drafts");
    await again.click("text=Discard it");
    await again.reload({ waitUntil: "networkidle" });
    await again.click("text=Restore my text");
    expect(await again.inputValue("#content")).toBe("first draft");
    await again.close();
  });

  it("a text is kept when its merge is edited and the tab is then closed", async () => {
    await put("merging", "a\n\nb");
    const page = await editing("merging");
    await page.fill("#content", "a\n\nB");
    await put("merging", "A\n\nb");
    await page.click("#save");
    await page.click('button[value="edit"]');
    await page.waitForLoadState("networkidle");
    expect([await page.inputValue("#content"), await page.title()]).toEqual(["A\n\nB", "• Editing merging"]);
    await page.close();
    const again = await editing("merging");
    await again.click("text=Restore my text");
    await again.click("#save");
    await says(again, "Saved.");
    expect(await stored("merging")).toBe("A\n\nB");
    await again.close();
  });

  it("the editor asks before it is left, if no draft can be kept", async () => {
    await put("no room", "start");
    const poor = await browser.newContext();
    await poor.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    const page = await edit(server, poor, "no room");
    await page.click("#content");
    await page.keyboard.type("more ");
    await says(page, "keeps no drafts");
    const asked = new Promise<string>((done) =>
      page.once("dialog", (dialog) => {
        done(dialog.type());
        dialog.dismiss();
      }),
    );
    await page.click(".brand");
    expect(await asked).toBe("beforeunload");
    expect(await page.inputValue("#content")).toContain("more");
    await poor.close();
  });

  it("the heading of a collision page has the focus and names the collision", async () => {
    await put("focus", "start");
    const page = await editing("focus");
    await page.fill("#content", "mine");
    await put("focus", "theirs");
    await page.keyboard.press("Control+s");
    await page.waitForSelector("#merge");
    await expect.poll(() => focused(page)).toBe("Mid-air collision");
    const described = await page.evaluate(() => {
      const id = document.activeElement!.getAttribute("aria-describedby")!;
      return document.getElementById(id)!.textContent;
    });
    expect(described).toMatch(/Somebody saved focus while you were writing\. Nothing is lost/);
    expect(await page.title()).toBe("Collision on focus");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
    await page.close();
  });

  it.each([
    ["with a percent sign", "100%"],
    ["of a hash", "#"],
    ["of a question mark", "?"],
    ["of a slash", "/"],
    ["of three dots", "..."],
    ["with emoji", "🫖 and ☕"],
    ["from right to left", "صفحة عن الشاي"],
    ["with a letter in two spellings", "e\u0301 or \u00e9"],
    ["with quotes", "'; DROP TABLE pages; --"],
    ["of 200 characters", "日".repeat(200)],
  ])("a text can be created, changed, merged and deleted under a name %s", async (_, name) => {
    const page = await ann.newPage();
    await page.goto(server.origin);
    await page.fill("#open-name", name);
    await page.keyboard.press("Enter");
    await page.click("text=Create it");
    await page.waitForLoadState("networkidle");
    await page.fill("#content", "one");
    await page.click("#save");
    await says(page, "Saved.");
    await put(name, "theirs");
    await page.fill("#content", "mine");
    await page.click("#save");
    await page.check('input[value="both"]');
    await page.click('button[value="save"]');
    await page.waitForURL(at(name));
    expect(await page.textContent("h1")).toBe(name);
    expect(await stored(name)).toBe("theirs\nmine");
    await page.click("text=Delete");
    await page.click(".danger");
    await page.waitForURL(`${server.origin}/`);
    expect(await stored(name)).toBeUndefined();
    await page.close();
  });

  it.each([".", "..", "x".repeat(300)])(
    "a text cannot have the name %s, and the page says why",
    async (name) => {
      const page = await ann.newPage();
      await page.goto(server.origin);
      await page.fill("#open-name", name);
      await page.keyboard.press("Enter");
      await expect.poll(() => page.textContent("h1")).toBe("This cannot be a name");
      await page.close();
    },
  );

  it("a text cannot run script, whatever it contains", async () => {
    const policy = (await fetch(at("home"))).headers.get("Content-Security-Policy")!;
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|nonce|\*/);
    const page = await ann.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    for (const view of ["", "edit", "history", "delete"])
      await page.goto(at("home", view), { waitUntil: "networkidle" });
    expect(complaints, "the wiki's own pages keep to the policy").toEqual([]);
    // As if the sanitizer had let it through.
    await page.route(at("injected"), async (route) => {
      const response = await route.fetch({ url: at("home") });
      const html = (await response.text()).replace(
        "</article>",
        "<script>document.title='ran'</script></article>",
      );
      await route.fulfill({ response, body: html });
    });
    await page.goto(at("injected"), { waitUntil: "networkidle" });
    expect(await page.title()).toBe("home");
    expect(complaints.join()).toContain("Content Security Policy");
    await page.close();
  });
});
