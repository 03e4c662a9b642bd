import { DatabaseSync } from "node:sqlite";
import { ConflictError, conditionalFetch, isNotModified, read, update } from "@entity-tag/client";
import {
  contentTag,
  isWeak,
  parseTag,
  strongMatch,
  timeTag,
  versionTag,
  weaken,
  weakMatch,
} from "@entity-tag/core";
import { conditional } from "@entity-tag/core/fetch";
import { wiki } from "@entity-tag/example-systems/mdn";
import { type Served, served } from "@entity-tag/example-systems/served";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { merge } from "node-diff3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { curl } from "./network.ts";
import { sentence } from "./requirements.ts";

const TEXT = "# Tea\n\nBoil fresh water.\n\nWait for three minutes.\n";
const asText = {
  encode: (text: string) => text,
  decode: (response: Response) => response.text(),
  backoff: () => 0,
};

describe("the wiki of the ETag reference, on SQLite", () => {
  let db: DatabaseSync;
  let server: Served;
  let pages: Awaited<ReturnType<ReturnType<typeof sqliteStore<string>>["createTable"]>>;
  beforeAll(async () => {
    db = new DatabaseSync(":memory:");
    pages = await sqliteStore<string>(db).createTable();
    server = await served(wiki(pages));
  });
  afterAll(async () => {
    await server.close();
    db.close();
  });
  let count = 0;
  async function page(text = TEXT): Promise<string> {
    const name = `page${++count}`;
    await pages.swap(name, null, text);
    return `${server.origin}/wiki/${name}`;
  }

  it(
    sentence(
      "Tags are strong or weak, `W/` is case-sensitive, and a tag is made from a content hash, a modification time, or a revision number.",
    ),
    async () => {
      const [hash, time, revision] = [await contentTag(TEXT), timeTag(Date.UTC(2026, 0, 1)), versionTag(7)];
      expect([hash, time, revision].map(isWeak)).toEqual([false, true, false]);
      expect([
        strongMatch(hash, hash),
        strongMatch(weaken(hash), hash),
        weakMatch(weaken(hash), hash),
      ]).toEqual([true, false, true]);
      expect([parseTag(weaken(hash)), parseTag(`w/${hash}`)]).toEqual([weaken(hash), undefined]);
    },
  );

  it(sentence("Weak tags do not allow range requests to be cached together; strong ones do."), async () => {
    const url = await page();
    const tag = (await fetch(url)).headers.get("ETag")!;
    const part = (ifRange: string) => fetch(url, { headers: { Range: "bytes=0-4", "If-Range": ifRange } });
    const combined = await part(tag);
    expect([combined.status, await combined.text()]).toEqual([206, TEXT.slice(0, 5)]);
    for (const other of [`W/${tag}`, '"another"']) {
      const whole = await part(other);
      expect([whole.status, await whole.text()]).toEqual([200, TEXT]);
    }
    const weakly = await served(
      conditional(() => new Response("abcdef".slice(0, 3), { status: 200, headers: { ETag: 'W/"a"' } })),
    );
    const headers = { Range: "bytes=0-1", "If-Range": 'W/"a"' };
    expect((await fetch(weakly.origin, { headers })).status).toBe(200);
    await weakly.close();
  });

  it(
    sentence(
      "In the wiki, the hash of the page is its `ETag`, and saving sends `If-Match` (with POST, too); a mismatch is a *mid-air collision*: the answer is 412, and the person sees what was changed meanwhile.",
    ),
    async () => {
      const url = await page();
      const first = await read<string>(url, asText);
      expect(first.etag).toBe(await contentTag(TEXT));
      const theirs = TEXT.replace("fresh water", "fresh, soft water");
      const post = (text: string, tag: string) =>
        fetch(url, { method: "POST", headers: { "If-Match": tag }, body: text });
      const saved = await post(theirs, first.etag!);
      expect([saved.status, saved.headers.get("ETag")]).toEqual([204, await contentTag(theirs)]);

      const mine = TEXT.replace("three", "four");
      const collision = await post(mine, first.etag!);
      expect([collision.status, collision.headers.get("ETag")]).toEqual([412, await contentTag(theirs)]);
      const seen: unknown[] = [];
      await update(
        first,
        (current, { base, mine: refused }) => {
          if (base === undefined || refused === undefined) return mine;
          seen.push({ base, theirs: current, mine: refused });
          return merge(refused, base, current, { stringSeparator: "\n" }).result.join("\n");
        },
        asText,
      );
      expect(seen).toEqual([{ base: TEXT, theirs, mine }]);
      expect((await read<string>(url, asText)).value).toBe(theirs.replace("three", "four"));
      await expect(update(first, () => mine, { ...asText, maxAttempts: 1 })).rejects.toBeInstanceOf(
        ConflictError,
      );
    },
  );

  it(
    sentence(
      "A stale copy in a cache is revalidated with `If-None-Match`, and gets a 304 without a body if it is still valid.",
    ),
    async () => {
      const url = await page();
      const remembering = conditionalFetch();
      expect(await (await remembering(url)).text()).toBe(TEXT);
      const again = await remembering(url);
      expect([isNotModified(again), await again.text()]).toEqual([true, TEXT]);
      const bare = await curl(url, "-H", `If-None-Match: ${again.headers.get("ETag")}`);
      expect([bare.status, bare.body]).toEqual([304, ""]);
      await update<string>(url, (text) => `${text}!`, asText);
      const changed = await remembering(url);
      expect([isNotModified(changed), await changed.text()]).toEqual([false, `${TEXT}!`]);
    },
  );

  it("answers the requests of the reference, sent by curl", async () => {
    const url = await page();
    const tag = (await curl(url)).headers.get("ETag")!;
    const save = (text: string) => curl(url, "-X", "POST", "-H", `If-Match: ${tag}`, "--data-binary", text);
    expect([(await save("one")).status, (await save("two")).status]).toEqual([204, 412]);
    expect((await curl(url)).body).toBe("one");
  });

  it("lets exactly one win of two saves on the same hash that arrive at once", async () => {
    const url = await page();
    const tag = (await fetch(url)).headers.get("ETag")!;
    const save = (body: string) => fetch(url, { method: "POST", headers: { "If-Match": tag }, body });
    const answers = await Promise.all(["a", "b", "c", "d"].map(save));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412, 412, 412]);
  });
});
