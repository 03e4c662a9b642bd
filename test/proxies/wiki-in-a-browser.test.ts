import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import compression from "compression";
import express from "express";
import { describe, expect, it } from "vitest";
import { addressOf, edit, says, store, textOf } from "../wiki/browsing.ts";
import { isAvailable, launch } from "../wiki/chromium.ts";
import { startWiki } from "../wiki/wiki-process.ts";
import { isInstalled, startBefore } from "./products.ts";

const NGINX = "nginx with gzip";
const LINES = Array.from({ length: 200 }, (_, line) => `Line ${line} of the page.`);

/** Starts a compressor in front of the wiki. */
type Before = (origin: string) => Promise<{ url: string; stop(): unknown }>;

const compressors: [name: string, isHere: boolean, before: Before][] = [
  [NGINX, isInstalled(NGINX), (origin) => startBefore(origin, NGINX)],
  ["Express with compression", true, startExpress],
];

describe.each(compressors)("the wiki behind %s, in a browser", (_, isHere, before) => {
  it.skipIf(!isHere || !isAvailable)(
    "a person saves twice, gets a collision, and saves the merge",
    async () => {
      const wiki = await startWiki();
      const { url, stop } = await before(wiki.origin);
      const server = { origin: new URL(url).origin };
      const browser = await launch();
      try {
        await store(wiki, "long", LINES.join("\n"));
        const context = await browser.newContext();
        const read = await context.newPage();
        const answer = await read.goto(addressOf(server, "long"));
        expect(await answer!.headerValue("content-encoding")).toMatch(/gzip|br/);
        const page = await edit(server, context, "long");
        for (const text of ["One.", "Two."]) {
          await page.fill("#content", [text, ...LINES.slice(1)].join("\n"));
          await page.click("#save");
          await says(page, "Saved.");
        }
        await store(wiki, "long", ["Two.", ...LINES.slice(1, -1), "Theirs."].join("\n"));
        await page.fill("#content", ["Three.", ...LINES.slice(1)].join("\n"));
        await page.click("#save");
        await page.click('button[value="save"]');
        await page.waitForURL(addressOf(server, "long"));
        expect(await textOf(wiki, "long")).toBe(["Three.", ...LINES.slice(1, -1), "Theirs."].join("\n"));
        await read.reload();
        await expect.poll(() => read.textContent(".prose")).toContain("Theirs.");
      } finally {
        await browser.close();
        await stop();
        await wiki.stop();
      }
    },
    90_000,
  );
});

async function startExpress(origin: string): Promise<{ url: string; stop(): void }> {
  const { port: behind } = new URL(origin);
  const app = express()
    .disable("etag")
    .use(compression({ threshold: 0 }));
  app.use((req, res) => {
    const { method, url: path, headers } = req;
    const asked = request({ host: "127.0.0.1", port: behind, method, path, headers }, (answer) => {
      res.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(res);
    });
    asked.on("error", () => res.destroy());
    res.on("close", () => asked.destroy());
    req.pipe(asked);
  });
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}
