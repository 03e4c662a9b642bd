import { describe, expect, it } from "vitest";
import { area, hidden, open, submit } from "../wiki/form.ts";
import { startWiki } from "../wiki/wiki-process.ts";
import { ask, GZIP, save } from "./ask.ts";
import { isInstalled, products, startBefore } from "./products.ts";

const NGINX = "nginx with gzip";
const isHere = isInstalled(NGINX);
const title = isHere ? NGINX : `${NGINX} (install it: ${products[NGINX].install})`;

describe.skipIf(!isHere)(`the wiki behind ${title}`, () => {
  it("the wiki accepts a save by form and by PUT with the weak tag that the client saw, and refuses the second save", async () => {
    const wiki = await startWiki();
    const { url, stop } = await startBefore(wiki.origin, NGINX);
    try {
      const text = "A line of the page.\n".repeat(100);
      await submit(`${url}/wiki/a`, { tag: "", content: text });
      const form = await open(`${url}/wiki/a/edit`);
      const fields = { tag: hidden(form, "tag"), content: `${area(form, "content")}More.\n` };
      expect((await submit(`${url}/wiki/a`, fields)).status).toBe(200);
      expect((await submit(`${url}/wiki/a`, { ...fields, content: "Other.\n" })).status).toBe(412);

      const page = await ask(`${url}/pages/a`, "GET", GZIP);
      expect(JSON.parse(page.text).content).toBe(`${text}More.\n`);
      expect([page.headers["content-encoding"], page.headers.etag]).toEqual([
        "gzip",
        expect.stringMatching(/^W\//),
      ]);
      const again = await ask(`${url}/pages/a`, "GET", { ...GZIP, "If-None-Match": page.headers.etag });
      expect(again.status).toBe(304);
      const saved = await save(`${url}/pages/a`, page.headers.etag!, "b");
      expect(saved.status, saved.text).toBeLessThan(300);
      expect((await save(`${url}/pages/a`, page.headers.etag!, "c")).status).toBe(412);
    } finally {
      await stop();
      await wiki.stop();
    }
  });
});
