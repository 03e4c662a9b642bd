import type { Statements, Version } from "./opened.ts";

const JSON_TYPE = "application/json";

/** The value after one more change. It depends on the value before. */
export function changed(value: { content: string }): { content: string } {
  return { content: value.content.slice(1) + value.content[0] };
}

const MAX_BYTES = 1024 * 1024;

/**
 * Handlers as a careful programmer writes them. They answer these requests as `resource` does:
 * `benchmarks/stores/agreement.ts` compares the two. They read lists and weak tags, check the media type, the length,
 * UTF-8 and JSON, keep the octets as they were sent, and put the current tag on a 412. They ignore dates in conditions,
 * the keys of clients and preferences.
 */
export function handlersByHand({ read, versionOf, write, page }: Statements) {
  async function get(request: Request): Promise<Response> {
    const key = keyOf(request);
    const field = request.headers.get("If-None-Match");
    if (field !== null) {
      const known = await versionOf(key);
      const headers = { ...validators(known), "Cache-Control": "no-cache" };
      if (names(field, headers.ETag, "weak")) return new Response(null, { status: 304, headers });
    }
    const row = await read(key);
    const body = encoder.encode(row.text);
    const headers = {
      "Content-Type": JSON_TYPE,
      "Content-Length": String(body.byteLength),
      "Cache-Control": "no-cache",
      ...validators(row),
    };
    return new Response(body, { headers });
  }

  async function put(request: Request): Promise<Response> {
    const { headers } = request;
    const key = keyOf(request);
    if (headers.has("Content-Range")) return refused(400, "Send the whole.");
    if (headers.has("Content-Encoding")) return refused(415, "Send it without a content coding.");
    if (mediaTypeOf(headers) !== JSON_TYPE) return refused(415, `Send ${JSON_TYPE}.`);
    const bytes = await bytesOf(request);
    if (bytes === undefined) return refused(413, `Send at most ${MAX_BYTES} bytes.`);
    if (!headers.has("If-Match") && !headers.has("If-None-Match")) return refused(428, "Send If-Match.");
    const found = await versionOf(key);
    if (isRefused(request, found.version)) return lost(found);
    const text = textOf(bytes);
    if (text === undefined) return refused(400, "Send JSON in UTF-8.");
    request.signal.throwIfAborted();
    const next = await write(key, found.version, text);
    return next ? stored(next) : lost(await versionOf(key));
  }

  /** Reads, changes and writes until it wins. */
  async function change(request: Request): Promise<Response> {
    const key = keyOf(request);
    for (;;) {
      const { text, ...found } = await read(key);
      if (isRefused(request, found.version)) return lost(found);
      const next = await write(key, found.version, JSON.stringify(changed(JSON.parse(text))));
      if (next) return stored(next);
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

function validators({ version, modified }: Version) {
  return { ETag: `"${version}"`, "Last-Modified": new Date(modified).toUTCString() };
}

function stored(version: Version): Response {
  return new Response(null, { status: 204, headers: validators(version) });
}

function lost(version: Version): Response {
  return refused(412, "Another change came first.", validators(version));
}

function refused(status: number, detail: string, fields: Record<string, string> = {}): Response {
  const headers = { ...fields, "Content-Type": "application/problem+json" };
  return new Response(JSON.stringify({ type: "about:blank", status, detail }), { status, headers });
}

function mediaTypeOf(headers: Headers): string | undefined {
  return headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase();
}

/** The body; `undefined` if it is too long. It reads no more than that. */
async function bytesOf(request: Request): Promise<Uint8Array | undefined> {
  if (Number(request.headers.get("Content-Length")) > MAX_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    if (length > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The text as it was sent; `undefined` unless it is JSON in UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes);
    JSON.parse(text);
    return text;
  } catch {
    return undefined;
  }
}

function keyOf(request: Request): string {
  return new URL(request.url).pathname;
}
