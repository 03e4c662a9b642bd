import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { area, hidden, open, submit } from "./form.ts";
import { startWiki, type WikiProcess } from "./wiki-process.ts";

let running: WikiProcess;
beforeAll(async () => {
  running = await startWiki();
});
afterAll(() => running.stop());

const at = (name: string, view = "") =>
  `${running.origin}/wiki/${encodeURIComponent(name)}${view && `/${view}`}`;
const stored = async (name: string) => {
  const response = await fetch(`${running.origin}/pages/${encodeURIComponent(name)}`);
  return response.ok ? (await response.json()).content : undefined;
};
const create = (name: string, content: string) => submit(at(name), { tag: "", content });
const edit = async (name: string) => {
  const form = await open(at(name, "edit"));
  return { tag: hidden(form, "tag"), content: area(form, "content") };
};

describe("without script", () => {
  it("the wiki creates a page from a form, and redirects to it", async () => {
    expect((await open(at("new"))).status).toBe(404);
    const created = await create("new", "# Hello\n\n*world*");
    expect([created.status, created.url]).toEqual([200, at("new")]);
    expect(created.text).toContain("<em>world</em>");
    expect(await stored("new")).toBe("# Hello\n\n*world*");
  });

  it("a page is revalidated: 304 without content, until it changes", async () => {
    const { etag } = await create("read", "one");
    const again = await open(at("read"), { "If-None-Match": etag! });
    expect([again.status, again.text, again.etag]).toEqual([304, "", etag]);
    await submit(at("read"), { ...(await edit("read")), content: "two" });
    expect((await open(at("read"), { "If-None-Match": etag! })).status).toBe(200);
  });

  it("the wiki shows base, theirs and mine when two people save one page, and loses neither text", async () => {
    const base = "one\n\ntwo\n\nthree\n";
    await create("both", base);
    const form = await edit("both");
    await submit(at("both"), { ...form, content: base.replace("one", "ONE") });
    const mine = base.replace("three", "THREE");
    const met = await submit(at("both"), { ...form, content: mine });
    expect(met.status).toBe(412);
    expect(met.text).toContain("Mid-air collision");
    expect(met.text).toContain("without a conflict");
    for (const side of ["Before", "Theirs", "Mine"]) expect(met.text).toContain(`<h2>${side}</h2>`);
    expect(met.text).toContain("<ins>ONE</ins>");
    expect(met.text).toContain("<ins>THREE</ins>");
    expect(area(met, "mine")).toBe(mine);
    expect(await stored("both")).toBe(base.replace("one", "ONE"));

    const fields = { base: hidden(met, "base"), tag: hidden(met, "tag"), mine: area(met, "mine") };
    const merged = await submit(at("both", "merge"), { ...fields, act: "save" });
    expect([merged.status, merged.url]).toEqual([200, at("both")]);
    expect(await stored("both")).toBe("ONE\n\ntwo\n\nTHREE\n");
  });

  it.each([
    ["theirs", "start\ntheirs\nend"],
    ["mine", "start\nmine\nend"],
    ["both", "start\ntheirs\nmine\nend"],
  ])("the merge is saved with the choice for its conflict: %s", async (choice, expected) => {
    const name = `choice ${choice}`;
    const met = await collide(name, "start\nbase\nend", "start\ntheirs\nend", "start\nmine\nend");
    expect(met.text).toContain("One place was changed by both of you");
    await submit(at(name, "merge"), { ...fieldsOf(met), "choice-0": choice, act: "save" });
    expect(await stored(name)).toBe(expected);
  });

  it.each([
    ["overwrite", "mine"],
    ["theirs", "theirs"],
  ])("a button of the collision page saves the text that it names: %s", async (act, expected) => {
    const met = await collide(`act ${act}`, "base", "theirs", "mine");
    const done = await submit(at(`act ${act}`, "merge"), { ...fieldsOf(met), act });
    expect([done.status, await stored(`act ${act}`)]).toEqual([200, expected]);
  });

  it("a merge can be edited before it is saved, on the version that it was made with", async () => {
    const met = await collide("edited merge", "a\nb\nc", "A\nb\nc", "a\nb\nC");
    const form = await submit(at("edited merge", "merge"), { ...fieldsOf(met), act: "edit" });
    expect(area(form, "content")).toBe("A\nb\nC");
    expect(await stored("edited merge")).toBe("A\nb\nc");
    await submit(at("edited merge"), { tag: hidden(form, "tag"), content: "A\nb\nC!" });
    expect(await stored("edited merge")).toBe("A\nb\nC!");
  });

  it("the save of a third person is shown as another collision, and is not overwritten", async () => {
    const met = await collide("third", "base", "theirs", "mine");
    await submit(at("third"), { ...(await edit("third")), content: "third" });
    for (const act of ["save", "overwrite"]) {
      const again = await submit(at("third", "merge"), { ...fieldsOf(met), "choice-0": "mine", act });
      expect([again.status, await stored("third")]).toEqual([412, "third"]);
      expect(again.text).toContain("Mid-air collision");
    }
  });

  it("a new page whose name was taken in the meantime is shown as a collision", async () => {
    await create("taken", "theirs");
    const met = await create("taken", "mine");
    expect([met.status, await stored("taken")]).toEqual([412, "theirs"]);
    expect(met.text).toContain("Somebody created");
    await submit(at("taken", "merge"), { ...fieldsOf(met), "choice-0": "both", act: "save" });
    expect(await stored("taken")).toBe("theirs\nmine");
  });

  it("a form that is sent twice counts as one save", async () => {
    await create("double", "one");
    const form = { ...(await edit("double")), content: "two" };
    const answers = await Promise.all([submit(at("double"), form), submit(at("double"), form)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await submit(at("double"), form)).status).toBe(200);
    expect((await open(at("double", "history"))).text.match(/history\//g)).toHaveLength(1);
  });

  it("the wiki asks once before it deletes, and again if the page has changed in the meantime", async () => {
    await create("gone", "old words");
    const asked = await open(at("gone", "delete"));
    await submit(at("gone"), { ...(await edit("gone")), content: "new words" });
    const again = await submit(at("gone", "delete"), { tag: hidden(asked, "tag") });
    expect([again.status, await stored("gone")]).toEqual([412, "new words"]);
    expect(again.text).toContain("<ins>new</ins>");
    expect(again.text).toContain("Delete it anyway");
    await submit(at("gone", "delete"), { tag: hidden(again, "tag") });
    expect(await stored("gone")).toBeUndefined();
  });

  it("the wiki offers to create a page again that was deleted while somebody edited it", async () => {
    await create("deleted", "one");
    const form = await edit("deleted");
    await submit(at("deleted", "delete"), { tag: form.tag });
    const met = await submit(at("deleted"), { ...form, content: "my text" });
    expect(met.status).toBe(412);
    expect(met.text).toContain("Deleted meanwhile");
    await submit(at("deleted"), { tag: hidden(met, "tag"), content: area(met, "content") });
    expect(await stored("deleted")).toBe("my text");
  });

  it("the history has every version, and restores one", async () => {
    await create("undo", "first");
    await submit(at("undo"), { ...(await edit("undo")), content: "second" });
    await submit(at("undo"), { ...(await edit("undo")), content: "third" });
    const history = await open(at("undo", "history"));
    const [, oldest] = [...history.text.matchAll(/href="([^"]*\/history\/[^"]*)"/g)].map(([, href]) => href!);
    const revision = await open(`${running.origin}${oldest}`);
    expect(area(revision, "content")).toBe("first");
    await submit(at("undo"), { tag: hidden(revision, "tag"), content: "first" });
    expect(await stored("undo")).toBe("first");
    expect((await open(at("undo", "history"))).text.match(/history\//g)).toHaveLength(3);
  });

  it.each(["100%", "#", "a/b", "?x=1&y", "ü ö", '"quoted" <b>', "%41", "; DROP", "..."])(
    "the wiki reads and writes a page with the name %s",
    async (name) => {
      const created = await create(name, `text of ${name}`);
      expect([created.status, await stored(name)]).toEqual([200, `text of ${name}`]);
      const start = await open(`${running.origin}/?after=${encodeURIComponent("\u0001")}`);
      expect(start.text).toContain(`href="/wiki/${encodeURIComponent(name).replaceAll("'", "&#39;")}"`);
      const found = await open(`${running.origin}/open?name=${encodeURIComponent(name)}`);
      expect(found.url).toBe(created.url);
    },
  );

  it("an address that is typed by hand redirects to the page", async () => {
    await create("50%", "half");
    expect((await open(`${running.origin}/wiki/50%`)).url).toBe(at("50%"));
  });

  it.each([".", "..", "", "x".repeat(201)])("the wiki refuses the name %j with a reason", async (name) => {
    const refused = await open(`${running.origin}/open?name=${name}`);
    expect(refused.status).toBe(400);
    expect(refused.text).toMatch(/<p class="lead">(Give|Choose|"|&quot;)/);
  });

  it("the list of more than a hundred pages is split into several pages", async () => {
    const names = Array.from({ length: 105 }, (_, index) => `many ${String(index).padStart(3, "0")}`);
    for (const name of names) await create(name, "x");
    const seen = new Set<string>();
    let next: string | undefined = "/";
    while (next !== undefined) {
      const { text }: { text: string } = await open(running.origin + next);
      const listed = [...text.matchAll(/<li><a href="\/wiki\/([^"]*)"/g)].map(([, name]) =>
        decodeURIComponent(name!),
      );
      expect(listed.length).toBeLessThanOrEqual(100);
      for (const name of listed) seen.add(name);
      next = /href="(\/\?after=[^"]*)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
    }
    expect(names.filter((name) => !seen.has(name))).toEqual([]);
  });

  it("the wiki removes script and styles from a person's text", async () => {
    const text =
      "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1)) <style>p{}</style>";
    const { text: shown } = await create("hostile", text);
    const article = /<article[^>]*>([\s\S]*)<\/article>/.exec(shown)![1]!;
    expect(article).not.toMatch(/<script|onerror|javascript:|<style/);
  });

  it("the wiki refuses a form from another site", async () => {
    const headers = { "Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded" };
    const refused = await fetch(at("csrf"), { method: "POST", headers, body: "tag=&content=x" });
    expect([refused.status, await stored("csrf")]).toEqual([403, undefined]);
  });

  it("the wiki refuses a text that is too long, and writes nothing", async () => {
    const refused = await create("long", "x".repeat(300_000));
    expect([refused.status, await stored("long")]).toEqual([413, undefined]);
  });

  it("the conversation shows request, condition, decision and reason", async () => {
    const { etag } = await create("told", "one");
    await open(at("told"), { "If-None-Match": etag! });
    const events = await fetch(`${running.origin}/conversation`);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!/"path":"\/wiki\/told"[^\n]*"status":304/.test(text)) text += (await reader.read()).value;
    await reader.cancel();
    const told = text
      .split("\n")
      .filter((line) => line.includes("/wiki/told"))
      .at(-1)!;
    expect(JSON.parse(told.slice("data: ".length))).toMatchObject({
      method: "GET",
      conditions: [`If-None-Match: ${etag}`],
      status: 304,
      why: "The browser's copy is still current, so no content was sent.",
      saved: expect.any(Number),
    });
    expect(JSON.parse(told.slice("data: ".length)).saved).toBeGreaterThan(1000);
  });

  async function collide(name: string, base: string, theirs: string, mine: string) {
    await create(name, base);
    const form = await edit(name);
    await submit(at(name), { ...form, content: theirs });
    return submit(at(name), { ...form, content: mine });
  }

  function fieldsOf(met: Awaited<ReturnType<typeof open>>) {
    return { base: hidden(met, "base"), tag: hidden(met, "tag"), mine: area(met, "mine") };
  }
});
