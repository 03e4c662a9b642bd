import { checkPreconditions } from "@entity-tag/core/fetch";

/** One page that examples may read and write. `options` are those of a client that asks it. */
export function newPages() {
  const url = "http://localhost/home";
  const kept = new Map([[url, { text: '{"title":"Home"}', version: 1 }]]);
  async function fetch(...call: Parameters<typeof globalThis.fetch>): Promise<Response> {
    const request = new Request(...call);
    const page = kept.get(request.url);
    const refusal = checkPreconditions(request, page ? { etag: `"v${page.version}"` } : null);
    if (refusal) return refusal;
    if (request.method === "DELETE")
      return new Response(null, { status: kept.delete(request.url) ? 204 : 404 });
    if (request.method === "GET") {
      if (!page) return new Response("Nothing is here", { status: 404 });
      return new Response(page.text, { headers: { ETag: `"v${page.version}"` } });
    }
    const version = (page?.version ?? 0) + 1;
    kept.set(request.url, { text: await request.text(), version });
    return new Response(null, { status: page ? 204 : 201, headers: { ETag: `"v${version}"` } });
  }
  return { url, options: { fetch } };
}
