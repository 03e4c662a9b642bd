import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conditionalFetch } from "@entity-tag/client";
import axios from "axios";
import { setupCache } from "axios-cache-interceptor";
import got from "got";
import makeFetchHappen from "make-fetch-happen";
import * as undici from "undici";
import type { Role } from "./contender.ts";

/** A client that keeps pages and revalidates them. */
export interface Remembering {
  name: string;
  role: Role;
  /** The length of the page. */
  read(url: string): Promise<number>;
  close?(): Promise<void> | void;
  /** It keeps its pages in files, so they take no memory. */
  isInFiles?: true;
}

/** Each is called as its users call it, with a private cache in memory if it has one. */
export function rememberingClients(): Remembering[] {
  return [ours(), byHand(), undiciCache(), gotCache(), axiosCache(), filesOfMakeFetchHappen()];
}

function ours(): Remembering {
  const remembering = conditionalFetch();
  return {
    name: "conditionalFetch",
    role: "ours",
    read: async (url) => (await (await remembering(url)).text()).length,
  };
}

/** The floor: the tag and the bytes are known, and only the conditional request is sent. */
function byHand(): Remembering {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>();
  return {
    name: "fetch with the tag by hand",
    role: "floor",
    async read(url) {
      const page = kept.get(url);
      const headers: HeadersInit = page ? { "If-None-Match": '"v1"', "Cache-Control": "max-age=0" } : {};
      const response = await fetch(url, { headers });
      const octets = new Uint8Array(await response.arrayBuffer());
      if (!page) kept.set(url, octets);
      return (await new Response(page ?? octets).text()).length;
    },
  };
}

/**
 * Version 8.13.1 removes its page from the store at a 304 that has `Cache-Control`, and so gets the whole page with
 * every second read. RFC 9110 §15.4.5 wants that field in a 304, so this client is not timed here.
 */
function undiciCache(): Remembering {
  const dispatcher = new undici.Agent().compose(undici.interceptors.cache({ type: "private" }));
  return {
    name: "undici, interceptors.cache",
    role: "peer",
    read: async (url) => (await (await undici.fetch(url, { dispatcher })).text()).length,
    close: () => dispatcher.close(),
  };
}

function gotCache(): Remembering {
  const client = got.extend({ cache: new Map(), retry: { limit: 0 } });
  // It adds a listener to its cache with each request, and each time prints a warning.
  const { warn } = console;
  console.warn = (...words) => {
    if (!String(words[0]).includes("MaxListeners")) warn(...words);
  };
  return {
    name: "got",
    role: "peer",
    read: async (url) => (await client(url).text()).length,
    close: () => {
      console.warn = warn;
    },
  };
}

function axiosCache(): Remembering {
  const client = setupCache(axios.create({ responseType: "text" }), { etag: true, interpretHeader: true });
  return {
    name: "axios-cache-interceptor",
    role: "peer",
    read: async (url) => (await client.get(url)).data.length,
  };
}

function filesOfMakeFetchHappen(): Remembering {
  const cachePath = mkdtempSync(join(tmpdir(), "make-fetch-happen-"));
  const client = makeFetchHappen.defaults({ cachePath });
  return {
    name: "make-fetch-happen, in files",
    role: "peer",
    isInFiles: true,
    read: async (url) => (await (await client(url)).text()).length,
    close: () => rmSync(cachePath, { recursive: true }),
  };
}
