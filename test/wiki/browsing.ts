import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import type { WikiProcess } from "./wiki-process.ts";

type Server = Pick<WikiProcess, "origin">;

/** Where a page of the wiki is, or one of its views. */
export function addressOf({ origin }: Server, name: string, view = ""): string {
  return `${origin}/wiki/${encodeURIComponent(name)}${view && `/${view}`}`;
}

/** The text that is stored; `undefined`: there is no such page. */
export async function textOf(server: Server, name: string): Promise<string | undefined> {
  const response = await fetch(jsonOf(server, name));
  return response.ok ? (await response.json()).content : undefined;
}

/** Saves a text as another person would, on the current version. */
export async function store(server: Server, name: string, content: string): Promise<void> {
  const tag = (await fetch(jsonOf(server, name))).headers.get("ETag");
  const headers: Record<string, string> = tag ? { "If-Match": tag } : { "If-None-Match": "*" };
  const body = JSON.stringify({ content });
  const answer = await fetch(jsonOf(server, name), { method: "PUT", headers, body });
  expect(answer.ok).toBe(true);
}

/** Opens the editor of a page in a new tab. */
export async function edit(server: Server, context: BrowserContext, name: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(addressOf(server, name, "edit"), { waitUntil: "networkidle" });
  return page;
}

/** Waits until the line beside the button says this. */
export async function says(page: Page, text: string | RegExp): Promise<void> {
  let said: string | null = "";
  const read = async () => {
    said = await page.textContent("#state");
    return said ?? "";
  };
  await expect
    .poll(read, { timeout: 30_000 })
    .toMatch(text)
    .catch(() => expect(said, "the line beside the button").toMatch(text));
}

function jsonOf({ origin }: Server, name: string): string {
  return `${origin}/pages/${encodeURIComponent(name)}`;
}
