import { checkOptions } from "@entity-tag/core/adapter";
import { objectWith, someText } from "./checks.ts";
import { digest } from "./fetch/digest.ts";
import type { ResponseStore, StoredHead, StoredResponse } from "./response-store.ts";

/** Where the store of a browser or worker keeps answers. */
export interface CacheStorageOptions {
  /** Which cache of the origin. Default: `entity-tag`. */
  name?: string | undefined;
  /** Default: the global `caches`. */
  caches?: { open(name: string): Promise<CacheAlike> } | undefined;
}

/** The part of a browser's `Cache` that this store uses. */
export interface CacheAlike {
  match(key: string): Promise<Response | undefined>;
  matchAll(key: string, options: { ignoreSearch: boolean }): Promise<readonly Response[]>;
  put(key: string, response: Response): Promise<void>;
  delete(key: string, options?: { ignoreSearch: boolean }): Promise<boolean>;
}

const HEAD = "Entity-Tag-Head";

/**
 * Keeps answers in a browser's `CacheStorage`. All pages of the origin share them, and they survive a restart. It needs
 * https.
 *
 * Each answer is kept under a GET key that this package makes, because `put` refuses a QUERY. The browser limits the
 * size: when space is short, it may delete all data of the origin.
 *
 * @throws {TypeError} on an unknown option, and where there is no `caches`
 * @example
 * import { cacheStorageStore } from "@entity-tag/client/cache-storage";
 *
 * const remembering = conditionalFetch({ store: cacheStorageStore(), partition: () => user.id });
 * @see RFC 9111 §3
 */
export function cacheStorageStore(options: CacheStorageOptions = {}): ResponseStore {
  checkOptions(
    options,
    { name: someText(), caches: objectWith(["open"], "a CacheStorage") },
    "cacheStorageStore()",
  );
  const { name = "entity-tag", caches = (globalThis as { caches?: CacheStorageOptions["caches"] }).caches } =
    options;
  if (!caches)
    throw new TypeError(
      "Cannot keep answers in `caches`: it does not exist here. Browsers have it on https pages",
    );
  // Opened for each step: somebody may have deleted the cache, as many service workers do when they are updated.
  const open = () => caches.open(name);

  async function readAll(url: string): Promise<{ head: StoredHead; response: Response }[]> {
    const responses = await (await open()).matchAll(await keyOf(url), { ignoreSearch: true });
    return responses.map((response) => ({ head: headOf(response), response }));
  }

  async function write(head: StoredHead, body: Uint8Array): Promise<void> {
    const headers = { [HEAD]: encodeURIComponent(JSON.stringify(head)) };
    await (await open()).put(await placeOf(head), new Response(body as BodyInit, { headers }));
  }

  return {
    persists: true,

    async read(url, group) {
      const all = (await readAll(url)).filter(({ head }) => head.group === group);
      return Promise.all(
        all.map(async ({ head, response }): Promise<StoredResponse> => {
          return { ...head, body: new Uint8Array(await response.arrayBuffer()) };
        }),
      );
    },

    write: ({ body, ...head }) => write(head, body),

    async freshen(head) {
      const response = await (await open()).match(await placeOf(head));
      if (response && headOf(response).id === head.id)
        await write(head, new Uint8Array(await response.arrayBuffer()));
    },

    async remove(url, group, variant) {
      const cache = await open();
      if (group === undefined) return void (await cache.delete(await keyOf(url), { ignoreSearch: true }));
      const places = (await readAll(url)).map(({ head }) => head).filter((head) => head.group === group);
      const left = places.filter((head) => variant === undefined || head.variant === variant);
      await Promise.all(left.map(async (head) => cache.delete(await placeOf(head))));
    },
  };
}

/** A url that no server has. All keys of one target have this url, and differ only in the query. */
async function keyOf(url: string): Promise<string> {
  return `https://entity-tag.invalid/${await digest(url)}`;
}

async function placeOf({ url, group, variant }: StoredHead): Promise<string> {
  return `${await keyOf(url)}?${new URLSearchParams({ group, variant })}`;
}

function headOf(response: Response): StoredHead {
  return JSON.parse(decodeURIComponent(response.headers.get(HEAD)!));
}
