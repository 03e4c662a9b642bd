import type { Fetch } from "@entity-tag/client";
import { createColors } from "picocolors";

const CONDITIONS = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"];

/** The totals of the answers of a story. */
export interface Totals {
  /** Octets of content that were not sent because of a 304. */
  savedOctets: number;
  /** Writes that were refused because they would have overwritten a newer version. */
  protectedUpdates: number;
  requests: number;
}

/** Shows requests and answers as they happen, and counts. */
export interface Conversation {
  totals: Totals;
  tell(sentence: string): void;
  fetchOf(person: string): Fetch;
}

export function conversation(
  print: (line: string) => void,
  { hasConditions, isColored }: { hasConditions: boolean; isColored: boolean },
): Conversation {
  const colors = createColors(isColored);
  const totals: Totals = { savedOctets: 0, protectedUpdates: 0, requests: 0 };
  const sizes = new Map<string, number>();
  const colorOf = (status: number) =>
    status < 300 ? colors.green : status === 304 ? colors.cyan : status < 500 ? colors.yellow : colors.red;

  const fetchOf = (person: string) => async (input: Parameters<Fetch>[0], init?: Parameters<Fetch>[1]) => {
    const request = new Request(input as string, init);
    if (!hasConditions) for (const name of CONDITIONS) request.headers.delete(name);
    const { pathname, search } = new URL(request.url);
    const conditions = CONDITIONS.flatMap((name) => {
      const value = request.headers.get(name);
      return value === null ? [] : [`${name}: ${value}`];
    });
    const response = await fetch(request);
    const size = Number(
      response.headers.get("Content-Length") ?? (await response.clone().arrayBuffer()).byteLength,
    );
    totals.requests++;
    if (response.status === 200 && request.method === "GET") sizes.set(request.url, size);
    const saved = response.status === 304 ? (sizes.get(request.url) ?? 0) : 0;
    totals.savedOctets += saved;
    if (response.status === 412) totals.protectedUpdates++;
    print(
      `  ${colors.bold(person)} → ${request.method} ${pathname}${search}${colors.blue(conditions.map((each) => `  ${each}`).join(""))}`,
    );
    const etag = response.headers.get("ETag");
    const line = [
      colorOf(response.status)(String(response.status)),
      etag ? `ETag: ${etag}` : "",
      why(request.method, conditions, response.status, saved),
    ];
    print(`      ← ${line.filter(Boolean).join("  ")}`);
    return response;
  };
  return {
    totals,
    fetchOf: fetchOf as Conversation["fetchOf"],
    tell: (sentence) => print(`\n${colors.italic(sentence)}`),
  };
}

function why(method: string, conditions: string[], status: number, saved: number): string {
  if (status === 304) return `still current: ${saved} octets not sent`;
  if (status === 412) return "that version is gone: nothing was written";
  if (status === 422) return "the change itself is refused, whatever the version";
  if (method === "GET") return "";
  if (status >= 300) return "refused";
  return conditions.length > 0 ? "written on exactly that version" : "written, whatever was there";
}
