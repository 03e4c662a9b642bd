import { contentTag } from "@entity-tag/core";
import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
import { mutate, type VersionedStore } from "@entity-tag/store";
import type { Handler } from "./served.ts";

/**
 * The wiki of MDN's reference of `ETag`: the hash of a page is its tag, and a save sends it in `If-Match`. Everybody
 * may read and write its pages. A wiki with private pages would return a 403 from `current`.
 *
 * If a text is restored, the page has its old hash again. That is safe, because it is exactly the text that the client
 * saw.
 */
export function wiki(pages: VersionedStore<string>, { require = true } = {}): Handler {
  const show = conditional(
    async (request) => {
      const page = await pages.read(nameIn(request));
      return page ? whole(request, page.value) : new Response("No such page", { status: 404 });
    },
    {
      current: async (request) => stateOf((await pages.read(nameIn(request)))?.value ?? null),
    },
  );
  return (request) =>
    request.method === "GET" || request.method === "HEAD" ? show(request) : save(pages, request, require);
}

/**
 * Judges the save by the hash, in one step with the write: `mutate` writes only on top of the version whose hash was
 * judged, and begins again if another save was faster.
 */
async function save(pages: VersionedStore<string>, request: Request, require: boolean): Promise<Response> {
  const text = await request.text();
  const write = new Request(request.url, { method: request.method });
  const response = await mutate(write, pages, nameIn(request), async (current) => {
    return checkPreconditions(request, await stateOf(current), { require }) ?? text;
  });
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  headers.set("ETag", await contentTag(text));
  return new Response(null, { status: response.status, headers });
}

async function stateOf(text: string | null) {
  return text === null ? null : { etag: await contentTag(text) };
}

/** The page, or the one range of it that was requested. `conditional` removes a `Range` that must not be honoured. */
function whole(request: Request, text: string): Response {
  const bytes = new TextEncoder().encode(text);
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("Range") ?? "") ?? [];
  const headers = { "Content-Type": "text/plain; charset=utf-8" };
  if (first === undefined) return new Response(bytes, { headers });
  const part = bytes.slice(Number(first), Number(last) + 1);
  const range = `bytes ${first}-${Number(first) + part.length - 1}/${bytes.length}`;
  return new Response(part, { status: 206, headers: { ...headers, "Content-Range": range } });
}

function nameIn(request: Request): string {
  return decodeURIComponent(new URL(request.url).pathname.slice("/wiki/".length));
}
