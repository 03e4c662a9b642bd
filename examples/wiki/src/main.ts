import { versionTag } from "@entity-tag/core";
import { serve } from "srvx";
import { openStorage, type Storage } from "./storage.ts";
import { wiki } from "./wiki.ts";

const HOST = "127.0.0.1";

const storage = await openStorage(process.env);
const [name, tag] = await firstPage(storage);
const server = serve({
  fetch: await wiki(storage.pages),
  hostname: HOST,
  port: portOf(process.env.PORT),
  silent: true,
});
server.node?.server?.once("error", giveUp);
await server.ready();
const origin = new URL(server.url!).origin;

console.log(`The wiki is on ${origin}, its pages in ${storage.name}. Try:

  curl -i ${origin}/pages/${name}
  curl -i -H 'If-None-Match: ${tag}' ${origin}/pages/${name}
  curl -i -X PUT -H 'If-Match: "an-old-one"' -d '{ "content": "Mine!" }' ${origin}/pages/${name}

A read (200), a revalidation (304), a stale write (412). In a browser, open it twice and save in both.`);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
// Who ends `npm start` ends npm and its shell, which passes no signal on.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && stop(), 1000).unref();

async function stop(): Promise<never> {
  await server.close(true);
  await storage.close();
  process.exit();
}

/** There is something to read from the beginning: the name and the tag of a page. What was deleted stays deleted. */
async function firstPage({ pages }: Storage): Promise<[name: string, tag: string]> {
  const [first] = (await pages.list?.("", { limit: 1, values: false })) ?? [];
  const name = first?.key ?? "home";
  if (!first) await pages.swap(name, null, { content: "Welcome. Change me: nobody's edit gets lost here." });
  const page = await pages.read(name);
  return [encodeURIComponent(name), page ? versionTag(page.version) : '"none"'];
}

function portOf(given = "3000"): number {
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
