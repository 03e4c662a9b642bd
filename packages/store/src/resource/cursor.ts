import { keyProblem } from "../contract/key.ts";

/** The requested part of a collection. */
export interface Page {
  limit: number;
  after: string | undefined;
}

/** Reads `limit` and `cursor` from the query, or says why they are not valid. A limit above `max` means `max`. */
export function pageOf(request: Request, max: number): Page | { problem: string } {
  const query = new URL(request.url).searchParams;
  const limit = limitOf(query.get("limit"), max);
  if (limit === undefined) return { problem: "limit must be a whole number above 0." };
  const cursor = query.get("cursor");
  if (cursor === null) return { limit, after: undefined };
  const after = fromCursor(cursor);
  if (after === undefined) return { problem: "Unknown cursor. Begin again without one." };
  return { limit, after };
}

/** The cursor that continues after a key: opaque to the client, and safe in a URL. */
export function toCursor(key: string): string {
  const binary = String.fromCharCode(...new TextEncoder().encode(key));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromCursor(cursor: string): string | undefined {
  try {
    const binary = atob(cursor.replaceAll("-", "+").replaceAll("_", "/"));
    const key = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Uint8Array.from(binary, (character) => character.charCodeAt(0)),
    );
    return keyProblem(key) === undefined ? key : undefined;
  } catch {
    return undefined;
  }
}

function limitOf(text: string | null, max: number): number | undefined {
  if (text === null) return max;
  const limit = [...text].every((character) => character >= "0" && character <= "9") ? Number(text) : 0;
  return limit > 0 ? Math.min(limit, max) : undefined;
}
