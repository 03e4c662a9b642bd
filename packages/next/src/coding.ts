import type { Compressor } from "@entity-tag/core/adapter";

/** Next compresses an answer and leaves its tag unchanged. So a strong tag must name the coding beforehand. */
export const compressor: Compressor<Request> = {
  codings: ["gzip", "deflate"],
  codingFor: ({ headers }) => codingOf(headers.get("Accept-Encoding")),
};

/**
 * The coding that Next's compressor chooses for the request's Accept-Encoding: gzip if it may, otherwise deflate.
 */
function codingOf(acceptEncoding: string | null): string {
  const qualities = new Map<string, number>();
  for (const member of (acceptEncoding ?? "").split(",")) {
    const [name = "", parameter = "q=1", ...more] = member.split(";").map((part) => part.trim());
    const readable = parameter.startsWith("q=") && more.length === 0;
    const quality = readable ? Number.parseFloat(parameter.slice(2)) : Number.NaN;
    qualities.set(name.toLowerCase(), Math.max(quality, qualities.get(name.toLowerCase()) ?? 0));
  }
  if (qualities.has("*")) return "unsure";
  const plain = qualities.get("identity") ?? 0;
  for (const name of ["gzip", "deflate"] as const) {
    const quality = qualities.get(name) ?? 0;
    if (quality > plain) return name;
    if (quality !== 0) return quality < plain ? "identity" : "unsure";
  }
  return "identity";
}
