import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { conditional, fileTag } from "@entity-tag/node";
import express from "express";
import { type BrowserContext, chromium, type Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { chromiumPath, isAvailable } from "../../wiki/chromium.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const SIZE = 3_000_000;
const folder = mkdtempSync(`${tmpdir()}/download-`);
const file = `${folder}/files/big.bin`;
let context: BrowserContext;
let worker: Worker;

/** Chromium resumes a download through its interface for extensions. This is the smallest extension. */
beforeAll(async () => {
  if (!isAvailable) return;
  for (const name of ["extension", "files", "profile"]) mkdirSync(`${folder}/${name}`);
  const manifest = {
    ...{ manifest_version: 3, name: "downloads", version: "1", permissions: ["downloads"] },
    background: { service_worker: "worker.js" },
  };
  writeFileSync(`${folder}/extension/manifest.json`, JSON.stringify(manifest));
  writeFileSync(`${folder}/extension/worker.js`, "");
  context = await chromium.launchPersistentContext(`${folder}/profile`, {
    executablePath: chromiumPath,
    headless: false,
    args: [
      ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...[`--disable-extensions-except=${folder}/extension`, `--load-extension=${folder}/extension`],
    ],
  });
  worker = context.serviceWorkers()[0] ?? (await context.waitForEvent("serviceworker"));
});

afterAll(async () => {
  await context?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A file of one letter, old enough for a strong tag. */
function writeFile(letter: string, ageInSeconds: number): void {
  writeFileSync(file, Buffer.alloc(SIZE, letter));
  const time = Date.now() / 1_000 - ageInSeconds;
  utimesSync(file, time, time);
}

/** The server's answer to one request for the file. */
interface Served {
  range: string | undefined;
  ifRange: string | undefined;
  status: number;
  tag: string;
}

interface Download {
  state: string;
  filename: string;
  bytesReceived: number;
}

/** Downloads the file. The connection breaks after a third of it, and `meanwhile` runs before the second request. */
async function download(
  layers: express.RequestHandler[],
  meanwhile: () => void,
): Promise<{ content: string; served: Served[] }> {
  const served: Served[] = [];
  let isCut = false;
  const app = express().use((req, res, next) => {
    const { range, "if-range": ifRange } = req.headers;
    res.on("close", () =>
      served.push({
        range,
        ifRange: ifRange as string | undefined,
        status: res.statusCode,
        tag: res.get("ETag")!,
      }),
    );
    if (!isCut) breakAfter(SIZE / 3);
    next();

    function breakAfter(limit: number): void {
      const { write } = res;
      let sent = 0;
      res.write = ((chunk: Buffer) => {
        if (sent > limit) return false;
        sent += chunk.length;
        if (sent > limit) setTimeout(breakNow, 300);
        return write.call(res, chunk, "latin1");
      }) as never;
    }

    function breakNow(): void {
      isCut = true;
      meanwhile();
      req.socket.destroy();
    }
  });
  for (const layer of layers) app.use(layer);
  const setHeaders: Parameters<typeof express.static>[1] = {
    setHeaders: (res, _, stats) => void res.setHeader("ETag", fileTag(stats)),
  };
  app.use(express.static(`${folder}/files`, setHeaders));
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/big.bin`;
    const { filename } = await downloaded(url);
    return { content: readFileSync(filename, "latin1"), served };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The finished download. It is resumed where Chromium does not do that by itself. */
async function downloaded(url: string): Promise<Download> {
  const id = await worker.evaluate(
    (from) => (globalThis as never as Extension).chrome.downloads.download({ url: from }),
    url,
  );
  for (;;) {
    const [seen] = await worker.evaluate(
      (of) => (globalThis as never as Extension).chrome.downloads.search({ id: of }),
      id,
    );
    if (seen!.state === "complete") return seen!;
    if (seen!.state === "interrupted") {
      await worker.evaluate((of) => (globalThis as never as Extension).chrome.downloads.resume(of), id);
    }
    await new Promise((later) => setTimeout(later, 100));
  }
}

/** The part of the interface for extensions that is used. */
interface Extension {
  chrome: {
    downloads: {
      download(options: { url: string }): Promise<number>;
      search(query: { id: number }): Promise<Download[]>;
      resume(id: number): Promise<void>;
    };
  };
}

describe.skipIf(!isAvailable)("A download of Chromium from express.static that was interrupted", () => {
  const checked = conditional({ ranges: "checked" }) as unknown as express.RequestHandler;
  const unchecked = conditional() as unknown as express.RequestHandler;

  test('the download is resumed with 206 if the file is the same, with `ranges: "checked"`', async () => {
    writeFile("a", 100);
    const { content, served } = await download([checked], () => {});
    expect(content === "a".repeat(SIZE)).toBe(true);
    expect(served.map(({ status }) => status)).toEqual([200, 206]);
    expect(served[1]!.ifRange).toBe(served[0]!.tag);
    expect(served[1]!.range).toMatch(/^bytes=[1-9][0-9]+-$/);
  });

  test("the download begins again with 200 if the file has changed, and gets only the new file", async () => {
    writeFile("a", 100);
    const { content, served } = await download([checked], () => writeFile("b", 50));
    expect(content === "b".repeat(SIZE)).toBe(true);
    expect(served[1]!.ifRange).toBe(served[0]!.tag);
    expect(served[1]!.tag).not.toBe(served[0]!.tag);
    expect(served.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("the download begins again with 200 without that option, because `Range` is hidden from handlers", async () => {
    writeFile("a", 100);
    const { content, served } = await download([unchecked], () => {});
    expect(content === "a".repeat(SIZE)).toBe(true);
    expect(served.map(({ status }) => status)).toEqual([200, 200]);
  });
});
