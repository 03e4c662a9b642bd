import type { Statements } from "./opened.ts";

const JSON_TYPE = "application/json";

/** The value after one more change. It depends on the value before. */
export function changed(value: { content: string }): { content: string } {
  return { content: value.content.slice(1) + value.content[0] };
}

/** Handlers as a careful programmer writes them: they know one tag, one media type and no key of a client. */
export function handlersByHand({ read, versionOf, write, page }: Statements) {
  async function get(request: Request): Promise<Response> {
    const key = keyOf(request);
    const field = request.headers.get("If-None-Match");
    if (field !== null) {
      const etag = `"${await versionOf(key)}"`;
      if (field === etag) return new Response(null, { status: 304, headers: { ETag: etag } });
    }
    const { text, version } = await read(key);
    return new Response(text, { headers: { "Content-Type": JSON_TYPE, ETag: `"${version}"` } });
  }

  async function put(request: Request): Promise<Response> {
    const key = keyOf(request);
    const text = await request.text();
    JSON.parse(text);
    const version = await versionOf(key);
    if (request.headers.get("If-Match") !== `"${version}"`) return new Response(null, { status: 412 });
    const next = await write(key, version, text);
    if (next === undefined) return new Response(null, { status: 412 });
    return new Response(null, { status: 204, headers: { ETag: `"${next}"` } });
  }

  /** Reads, changes and writes until it wins. */
  async function change(request: Request): Promise<Response> {
    const key = keyOf(request);
    for (;;) {
      const { text, version } = await read(key);
      const next = await write(key, version, JSON.stringify(changed(JSON.parse(text))));
      if (next !== undefined) return new Response(null, { status: 204, headers: { ETag: `"${next}"` } });
    }
  }

  async function list(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const limit = Number(searchParams.get("limit"));
    const found = await page(atob(searchParams.get("cursor")!), limit + 1);
    const items = found.slice(0, limit).map(({ key, text, version }) => ({
      ...{ key, url: key, etag: `"${version}"`, value: JSON.parse(text) },
    }));
    const next = found.length > limit ? `${pathname}?limit=${limit}&cursor=${btoa(items.at(-1)!.key)}` : null;
    return Response.json({ items, next });
  }

  return { get, put, change, list };
}

function keyOf(request: Request): string {
  return new URL(request.url).pathname;
}
