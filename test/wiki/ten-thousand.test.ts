import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStorage } from "../../examples/wiki/src/storage.ts";
import { open } from "./form.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

const PAGES = 10_000;
/** Long enough that a list which loaded the texts would be megabytes. */
const TEXT = "x".repeat(50_000);
const LONG_ONES = 200;

describe("a wiki of ten thousand pages", { timeout: 120_000 }, () => {
  // Ten thousand saves wait ten thousand times for a disk.
  const folder = mkdtempSync(`${existsSync("/dev/shm") ? "/dev/shm" : tmpdir()}/wiki-large-`);
  const env = { WIKI_FILE: `${folder}/wiki.sqlite` };
  let wiki: WikiProcess;
  beforeAll(async () => {
    const { pages, close } = await openStorage(env);
    const name = (index: number) => `page ${String(index).padStart(5, "0")}`;
    for (let index = 0; index < PAGES; index++)
      await pages.swap(name(index), null, { content: index < LONG_ONES ? TEXT : "short" });
    await close();
    wiki = await startWiki(env);
  }, 300_000);
  afterAll(async () => {
    await wiki?.stop();
    rmSync(folder, { recursive: true });
  });

  it("the start page lists a hundred pages, with links to the others and back", async () => {
    const first = await open(wiki.origin);
    expect(first.text.match(/<li><a href="\/wiki\//g)).toHaveLength(100);
    expect(first.text.length).toBeLessThan(60_000);
    const next = /href="(\/\?after=[^"]*)" rel="next"/.exec(first.text)![1]!;
    const second = await open(wiki.origin + next);
    expect(second.text).toContain("Pages after");
    expect(second.text).toContain('<a class="button" href="/">First pages</a>');
    expect(second.text).toContain("page 00100");
    const last = await open(`${wiki.origin}/?after=page%2009949`);
    expect(last.text.match(/<li><a href="\/wiki\//g)).toHaveLength(50);
    expect(last.text).not.toContain('rel="next"');
  });

  it("the JSON list has each page once, in parts and without texts", async () => {
    const seen = new Set<string>();
    let octets = 0;
    for (let next: string | undefined = "/pages"; next; ) {
      const answer = await fetch(wiki.origin + next);
      const body = await answer.text();
      octets += body.length;
      const page: { items: { key: string; value?: unknown }[]; next?: string } = JSON.parse(body);
      for (const { key, value } of page.items) {
        expect(value).toBeUndefined();
        seen.add(key);
      }
      next = page.next;
    }
    expect(seen.size).toBe(PAGES);
    expect(octets).toBeLessThan(PAGES * 200);
  });
});
