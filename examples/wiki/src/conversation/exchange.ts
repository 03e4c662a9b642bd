/** One request and its answer, as the panel shows it. */
export interface Exchange {
  /** Counts up within one process. */
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  method: string;
  path: string;
  /** The fields of the request that made it conditional, such as `If-Match: "v1"`. */
  conditions: string[];
  status: number;
  /** The tag of the answer. */
  etag: string | null;
  /** The decision, and the condition that it follows from. */
  why: string;
  /** How many octets of content were not sent, because of a 304. */
  saved: number;
  /** Which process answered. */
  process: string;
}

const CONDITIONS = ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"];

export function conditionsOf(headers: Headers): string[] {
  return CONDITIONS.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [`${name}: ${value}`];
  });
}

/** The decision in one sentence for a person. */
export function explain(method: string, conditions: readonly string[], status: number): string {
  const condition = conditions[0]?.split(":")[0];
  const isRead = method === "GET" || method === "HEAD";
  if (status === 304) return "The browser's copy is still current, so no content was sent.";
  if (status === 428) return "The write named no version, so it was refused before anything happened.";
  if (status === 412 && condition === "If-None-Match")
    return "The page exists already, so nothing was written.";
  if (status === 412)
    return "Somebody saved first, so the version named in If-Match is gone. Nothing was written.";
  if (status === 404) return "There is no page with this name.";
  if (status >= 500) return "The wiki could not do this now. The page shows whether it was written.";
  if (status >= 400) return "The request was refused, and nothing was written.";
  if (isRead)
    return condition
      ? "The page has changed since, so the new one was sent."
      : "The request named no version, so the page was sent.";
  if (condition === "If-Match")
    return "The version named in If-Match is current, so the write replaced exactly that one.";
  if (condition === "If-None-Match") return "There was no page yet, so it was created.";
  return "Done.";
}
