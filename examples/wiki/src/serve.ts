import type { Server as NodeServer } from "node:http";
import { versionTag } from "@entity-tag/core";
import { type Server, serve } from "srvx";
import { openFeed } from "./conversation/feed.ts";
import { openStorage, type Storage } from "./storage.ts";
import { wiki } from "./wiki.ts";

const HOST = "127.0.0.1";

/** How long a request that has begun may take when the wiki is told to stop. */
const PATIENCE_MS = 5000;

const WELCOME = `# Welcome

This wiki loses no edit. Open this page in **two windows**, change it in both, and save in both.

- The first save replaces the version that you both opened.
- The second save names a version that is gone, so it is refused: *mid-air collision*.
- You see both texts, and a merge of them.

Then reload the page: your browser asks with \`If-None-Match\`, and the wiki answers \`304 Not Modified\`.
`;

export interface Running {
  origin: string;
  storage: Storage;
  /** The name and the tag of a page that exists. */
  first: { name: string; tag: string };
  stop(): Promise<void>;
}

/** Starts the wiki in this process, on the storage and the port that the environment names. */
export async function startWiki(processName: string): Promise<Running> {
  const storage = await openStorage(process.env);
  const first = await firstPage(storage);
  const feed = openFeed();
  const fetch = wiki(storage, feed, processName);
  // Processes of one cluster share the port. With `exclusive`, only one of them could have it.
  const node = { exclusive: false };
  const port = portOf(process.env.PORT);
  const server = serve({ fetch, hostname: HOST, port, silent: true, gracefulShutdown: false, node });
  server.node?.server?.once("error", giveUp);
  await server.ready();
  const stop = async () => {
    feed.close();
    await finish(server);
    await storage.close();
  };
  return { origin: new URL(server.url!).origin, storage, first, stop };
}

/** Takes no more connections, and waits for the requests that have begun. */
async function finish(server: Server): Promise<void> {
  const { server: http } = server.node as { server: NodeServer };
  const closed = server.close();
  // A connection is idle once its last answer is sent. Node looks for idle ones only when the server is closed.
  const idle = setInterval(() => http.closeIdleConnections(), 50);
  const late = setTimeout(() => http.closeAllConnections(), PATIENCE_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

export function greeting({ origin, storage, first }: Running): string {
  const url = `${origin}/pages/${encodeURIComponent(first.name)}`;
  return `The wiki is on ${origin}, its pages in ${storage.name}. Try:

  curl -i ${url}
  curl -i -H 'If-None-Match: ${first.tag}' ${url}
  curl -i -X PUT -H 'If-Match: "an-old-one"' -d '{ "content": "Mine!" }' ${url}

A read (200), a revalidation (304), a stale write (412). In a browser, open ${origin} and press its two buttons: they open
one page in two windows. Change it in both, and save in both.`;
}

/** Ends on SIGINT and SIGTERM, and when npm ends: npm's shell passes no signal on. */
export function stopWithParent(stop: () => Promise<void>): void {
  let isEnding = false;
  const end = () => {
    if (isEnding) return;
    isEnding = true;
    stop().finally(() => process.exit());
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1000).unref();
}

/** Creates a first page if the wiki has no page. A deleted page is not created again while another page exists. */
async function firstPage({ pages }: Storage): Promise<{ name: string; tag: string }> {
  const [first] = (await pages.list?.("", { limit: 1, values: false })) ?? [];
  if (!first) await pages.swap("home", null, { content: WELCOME });
  const home = await pages.read("home");
  const name = home ? "home" : (first?.key ?? "home");
  const page = home ?? (await pages.read(name));
  return { name, tag: page ? versionTag(page.version) : '"none"' };
}

export function portOf(given = "3000"): number {
  const port = Number(given);
  if (given.trim() !== "" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  console.error(`PORT is ${JSON.stringify(given)}: use a number from 0 (any free port) to 65535`);
  process.exit(1);
}

function giveUp(error: NodeJS.ErrnoException): never {
  const inUse = error.code === "EADDRINUSE";
  console.error(
    inUse
      ? `Port ${portOf(process.env.PORT)} is in use: choose another with PORT=… npm start`
      : error.message,
  );
  process.exit(1);
}
