import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressOf, store, textOf } from "./browsing.ts";
import { isAvailable, launch } from "./chromium.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

describe.skipIf(!isAvailable)("in a browser without script", { timeout: 90_000 }, () => {
  let server: WikiProcess;
  let browser: Browser;
  let person: BrowserContext;
  beforeAll(async () => {
    server = await startWiki();
    browser = await launch();
    person = await browser.newContext({ javaScriptEnabled: false });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const at = (name: string, view = "") => addressOf(server, name, view);
  const stored = (name: string) => textOf(server, name);
  const open = async (url: string): Promise<Page> => {
    const page = await person.newPage();
    await page.goto(url);
    return page;
  };
  /** Meets the save of another person, with one line that both have changed. */
  const collide = async (name: string): Promise<Page> => {
    await store(server, name, "start\n\nend");
    const page = await open(at(name, "edit"));
    await page.fill("#content", "mine\n\nend");
    await store(server, name, "theirs\n\nend");
    await page.click("#save");
    expect(await page.textContent("h1")).toBe("Mid-air collision");
    return page;
  };

  it("a person creates a page, edits it, and restores its first version", async () => {
    const page = await open(server.origin);
    await page.fill("#open-name", "plain page");
    await page.keyboard.press("Enter");
    await page.click("text=Create it");
    await page.fill("#content", "first words");
    await page.click("#save");
    expect(await page.textContent(".prose")).toContain("first words");
    await page.click("text=Edit");
    await page.fill("#content", "second words");
    await page.dblclick("#save");
    // The second click may end the navigation of the first, and `waitForURL` would throw.
    await expect.poll(() => page.url(), { timeout: 30_000 }).toBe(at("plain page"));
    expect(await stored("plain page")).toBe("second words");
    await page.click("text=History");
    expect(await page.locator(".history a").count()).toBe(1);
    await page.click(".history a");
    expect(await page.textContent("ins")).toBe("first");
    await page.click("text=Restore this version");
    expect(await stored("plain page")).toBe("first words");
    await page.close();
  });

  it.each([
    ["saves the merge with both texts", 'button[value="save"]', "theirs\nmine\n\nend"],
    ["takes the text of the other", "#take-theirs", "theirs\n\nend"],
    ["overwrites the text of the other", 'button[value="overwrite"]', "mine\n\nend"],
  ])("a person gets a collision page and %s", async (deed, button, expected) => {
    const page = await collide(deed);
    if (button.includes("save")) await page.check('input[value="both"]');
    await page.click(button);
    await page.waitForURL(at(deed));
    expect(await stored(deed)).toBe(expected);
    await page.close();
  });

  it("a merge cannot be saved before each conflict is decided", async () => {
    const page = await collide("undecided");
    await page.click('button[value="save"]');
    expect(await page.textContent("h1")).toBe("Mid-air collision");
    expect(await stored("undecided")).toBe("theirs\n\nend");
    await page.close();
  });

  it("a person edits a merge before it is saved", async () => {
    const page = await collide("edited");
    await page.check('input[value="mine"]');
    await page.click('button[value="edit"]');
    expect(await page.inputValue("#content")).toBe("mine\n\nend");
    await page.fill("#content", "agreed\n\nend");
    await page.click("#save");
    expect(await stored("edited")).toBe("agreed\n\nend");
    await page.close();
  });

  it("the wiki asks again before it deletes a page that has changed in the meantime", async () => {
    await store(server, "doomed", "old");
    const page = await open(at("doomed", "delete"));
    await store(server, "doomed", "new");
    await page.click(".danger");
    expect(await page.textContent("h1")).toBe("Not deleted: the page has changed");
    expect([await page.textContent("ins"), await stored("doomed")]).toEqual(["new", "new"]);
    await page.click(".danger");
    await page.waitForURL(`${server.origin}/`);
    expect(await stored("doomed")).toBeUndefined();
    await page.close();
  });

  it("a text whose page was deleted in the meantime is kept", async () => {
    await store(server, "gone", "old");
    const page = await open(at("gone", "edit"));
    await page.fill("#content", "my text");
    const tag = (await fetch(`${server.origin}/pages/gone`)).headers.get("ETag")!;
    await fetch(`${server.origin}/pages/gone`, { method: "DELETE", headers: { "If-Match": tag } });
    await page.click("#save");
    expect(await page.textContent("h1")).toBe("Deleted meanwhile");
    await page.click("text=Create it again with my text");
    expect(await stored("gone")).toBe("my text");
    await page.close();
  });

  it("a person who goes back after a save finds the saved text", async () => {
    await store(server, "back", "start");
    const page = await open(at("back"));
    await page.click("text=Edit");
    await page.fill("#content", "changed");
    await page.click("#save");
    await page.waitForURL(at("back"));
    await page.goBack();
    expect(await page.inputValue("#content")).toBe("changed");
    await page.click("#save");
    await page.waitForURL(at("back"));
    expect(await stored("back")).toBe("changed");
    await page.close();
  });
});
