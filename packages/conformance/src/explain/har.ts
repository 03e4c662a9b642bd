import type { Line } from "../row.ts";
import type { Exchange } from "./exchange.ts";

/** The exchanges of a HAR, in their order; `undefined` if the text is not a HAR. */
export function readHar(text: string): Exchange[] | undefined {
  let har: unknown;
  try {
    har = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
  const entries = (har as { log?: { entries?: unknown } } | null)?.log?.entries;
  return Array.isArray(entries) ? entries.flatMap(readEntry) : undefined;
}

/** Skips an entry without a request, of a failed request, or of an answer from the browser's own cache. */
function readEntry(entry: unknown): Exchange[] {
  const { request, response, _fromCache } = (entry ?? {}) as Entry;
  if (_fromCache !== undefined && response?.status === 200) return [];
  if (typeof request?.method !== "string" || typeof response?.status !== "number" || response.status < 200)
    return [];
  const url = typeof request.url === "string" ? request.url : "";
  const body =
    typeof response.content?.text === "string" && response.status !== 304 ? response.content.text : "";
  return [
    {
      request: { method: request.method, url, headers: linesOf(request.headers) },
      response: { status: response.status, headers: linesOf(response.headers), body },
    },
  ];
}

interface Entry {
  request?: Part;
  response?: Part;
  /** A member of Chromium: `memory` or `disk`. */
  _fromCache?: unknown;
}

interface Part {
  method?: unknown;
  url?: unknown;
  status?: unknown;
  headers?: unknown;
  content?: { text?: unknown };
}

function linesOf(headers: unknown): Line[] {
  if (!Array.isArray(headers)) return [];
  return headers
    .filter((header) => typeof header?.name === "string" && typeof header.value === "string")
    .map(({ name, value }) => [name, value] as const);
}
