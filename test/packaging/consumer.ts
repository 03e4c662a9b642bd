// The code of a strict user, with the packages alone. `types.test.ts` compiles it on each platform. It does not run.

import { conditionalFetch, type Dialect, read, type Snapshot, update } from "@entity-tag/client";
import {
  type Current,
  contentTag,
  evaluate,
  fileTag,
  ifMatch,
  listIncludes,
  versionTag,
  weaken,
} from "@entity-tag/core";
import { explain, headersOf } from "@entity-tag/core/adapter";
import { checkPreconditions, conditional, conditionalResponse, notModified } from "@entity-tag/core/fetch";
import { fileState, conditional as onDeno } from "@entity-tag/deno";
import { route } from "@entity-tag/next";
import { mutate, resource, type Versioned } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";

type Page = { text: string };
const state: Current = { etag: versionTag(1), lastModified: new Date(0) };
const pages = memoryStore<Page>();

export const handlers = [
  conditional(() => Response.json({ hello: "world" }), { current: () => state, require: ["PUT"] }),
  conditional((request: Request) => new Response(request.url), {
    current: () => new Response(null, { status: 401 }),
  }),
  onDeno(() => new Response("hello"), { tag: false }),
  route({ GET: () => new Response("hello") }, { current: async () => null }).GET,
  resource(pages, { require: true }),
];

export async function serve(request: Request): Promise<Response> {
  const refusal: Response | undefined = checkPreconditions(request, state, { require: true });
  if (refusal) return refusal;
  const tag: string = await contentTag(new Uint8Array(1));
  const decision = evaluate({ method: "GET", headers: headersOf({ "if-match": tag }) }, state);
  if (decision.outcome === "proceed") {
    const etag = fileState({ size: 1, mtime: null }).etag ?? fileTag({ size: 1, mtimeMs: 2 });
    return conditionalResponse(request, new Response("hello", { headers: { ETag: etag } }), { maxBytes: 10 });
  }
  if (ifMatch('"1"', state) === false) return notModified({ ETag: weaken('"1"') });
  return mutate(request, pages, "home", async (page) => ({ text: `${page?.text}${await request.text()}` }));
}

export async function edit(): Promise<string> {
  const remembering = conditionalFetch();
  const page = await read<Page>("https://example.com/", { fetch: remembering });
  const updated = await update(page, ({ text }) => ({ text: `${text}!` }), {
    headers: { "X-Name": "value" },
  });
  return updated.value.text;
}

/** An option that may be absent is passed on, although the compiler has `exactOptionalPropertyTypes`. */
export function passOn(dialect?: Dialect, signal?: AbortSignal, timeout?: number, etag?: string): unknown[] {
  const seen: Snapshot<Page> = { url: "https://example.com/", value: { text: "Hello" }, etag };
  const row: Versioned<Page> = { value: seen.value, version: "1", lastModified: timeout, writeId: etag };
  return [
    row,
    update(seen, (page) => page, { dialect, signal, timeout, method: undefined, fetch: undefined }),
  ];
}

export async function mistakes(request: Request): Promise<void> {
  // @ts-expect-error: notModified takes fields
  notModified(42);
  // @ts-expect-error: checkPreconditions takes a request, not its address
  checkPreconditions("https://example.com/", state);
  // @ts-expect-error: the tag has no quotes
  checkPreconditions(request, { etag: "v1" });
  // @ts-expect-error: the option does not exist
  checkPreconditions(request, state, { required: true });
  // @ts-expect-error: `require` takes a list of methods
  conditional(() => new Response(), { current: () => state, require: "PUT" });
  // @ts-expect-error: a handler must return a Response
  conditional(() => "hello");
  // @ts-expect-error: the option does not exist
  conditional(() => new Response(), { curent: () => state });
  // @ts-expect-error: the response is missing
  conditionalResponse(request);
  // @ts-expect-error: "strong" or "weak" is missing
  listIncludes('"a"', '"a"');
  // @ts-expect-error: the text is not a tag
  weaken("v1");
  // @ts-expect-error: contentTag takes content, not a number
  contentTag(42);
  // @ts-expect-error: timeTag takes a time, versionTag does not
  versionTag(new Date());
  // @ts-expect-error: a plain object of fields needs headersOf
  evaluate({ method: "GET", headers: { "if-match": '"1"' } }, state);
  // @ts-expect-error: explain takes a decision, not its outcome
  explain("not-modified");
  // @ts-expect-error: the option does not exist
  resource(pages, { required: true });
  // @ts-expect-error: the key is missing
  mutate(request, pages, (page) => page);
  // @ts-expect-error: a recipe is a function
  update("https://example.com/", 42);
  // @ts-expect-error: `method` is "PUT" or "PATCH"
  update("https://example.com/", (page) => page, { method: "POST" });
  // @ts-expect-error: `mtime` is not a text
  fileState({ size: 1, mtime: "yesterday" });
}
