import type { Statements } from "./opened.ts";

const JSON_TYPE = "application/json";

/** The value after one more change. It depends on the value before. */
export function changed(value: { content: string }): { content: string } {
  return { content: value.content.slice(1) + value.content[0] };
}

const MAX_BYTES = 1024 * 1024;

/**
 * Handlers as a careful programmer writes them. They read lists and weak tags, check
 * the media type, the length and the body, and a 412 has the current tag. They know no dates, no keys of clients, no
 * preferences, and no limits of time.
 */
export function handlersByHand({ read, versionOf, write, page }: Statements) {
  async function get(request: Request): Promise<Response> {
    const key = keyOf(request);
    const field = request.headers.get("If-None-Match");
    if (field !== null) {
      const etag = `"${await versionOf(key)}"`;
      const headers = { ETag: etag, "Cache-Control": "no-cache" };
      if (names(field, etag, "weak")) return new Response(null, { status: 304, headers });
    }
    const { text, version } = await read(key);
    const headers = { "Content-Type": JSON_TYPE, ETag: `"${version}"`, "Cache-Control": "no-cache" };
    return new Response(text, { headers });
  }

  async function put(request: Request): Promise<Response> {
    const { headers } = request;
    const key = keyOf(request);
    if (headers.get("Content-Type")?.split(";")[0] !== JSON_TYPE) return new Response(null, { status: 415 });
    if (Number(headers.get("Content-Length")) > MAX_BYTES) return new Response(null, { status: 413 });
    const text = await request.text();
    if (text.length > MAX_BYTES) return new Response(null, { status: 413 });
    const version = await versionOf(key);
    if (isRefused(request, version)) return lost(version);
    try {
      JSON.parse(text);
    } catch {
      return new Response(null, { status: 400 });
    }
    const next = await write(key, version, text);
    return next === undefined ? lost(await versionOf(key)) : stored(next);
  }

  /** Reads, changes and writes until it wins. */
  async function change(request: Request): Promise<Response> {
    const key = keyOf(request);
    for (;;) {
      const { text, version } = await read(key);
      if (isRefused(request, version)) return lost(version);
      const next = await write(key, version, JSON.stringify(changed(JSON.parse(text))));
      if (next !== undefined) return stored(next);
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

/** True when a condition of a write does not hold. */
function isRefused({ headers }: Request, version: string): boolean {
  const [match, noneMatch] = [headers.get("If-Match"), headers.get("If-None-Match")];
  const etag = `"${version}"`;
  return (
    (match !== null && !names(match, etag, "strong")) ||
    (noneMatch !== null && names(noneMatch, etag, "weak"))
  );
}

/** True when a list of tags names this one. The tags of these stores contain no comma. */
function names(field: string, etag: string, match: "strong" | "weak"): boolean {
  return field.split(",").some((member) => {
    const tag = member.trim();
    return tag === "*" || tag === etag || (match === "weak" && tag === `W/${etag}`);
  });
}

function stored(version: string): Response {
  return new Response(null, { status: 204, headers: { ETag: `"${version}"` } });
}

function lost(version: string): Response {
  return new Response(null, { status: 412, headers: { ETag: `"${version}"` } });
}

function keyOf(request: Request): string {
  return new URL(request.url).pathname;
}
