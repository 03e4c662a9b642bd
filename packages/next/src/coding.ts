import { codedTag, isWeak, parseTag, weaken } from "@entity-tag/core";

/** Next compresses an answer and leaves its tag, so a strong one says beforehand how it will be sent (§8.8.3.3). */
type Coding = "next-gzip" | "next-deflate" | "identity" | "unsure";

/** The coding that Next's compressor takes, by the request's Accept-Encoding: gzip if it may, else deflate. */
export function codingOf(acceptEncoding: string | null): Coding {
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
    if (quality > plain) return `next-${name}`;
    if (quality !== 0) return quality < plain ? "identity" : "unsure";
  }
  return "identity";
}

/** The answer with its strong tag in the form for this coding (one that may come to name two is weak), and with Vary. */
export function outgoing(response: Response, coding: Coding): Response {
  const etag = parseTag(response.headers.get("ETag"));
  if (etag === undefined && !response.headers.has("Last-Modified")) return response;
  const formed = new Response(response.body, response);
  const { headers } = formed;
  if (etag && !isWeak(etag)) headers.set("ETag", coding === "unsure" ? weaken(etag) : codedTag(etag, coding));
  // Next has it for an answer that it may compress, but not for the one without a body that stands for that.
  if (!/accept-encoding/i.test(headers.get("Vary") ?? "")) headers.append("Vary", "Accept-Encoding");
  return formed;
}

/** The request with its conditions on versions, whatever forms they name; a range is of the form without a coding. */
export function incoming<Req extends Request>(request: Req, coding: Coding): Req {
  const { headers } = request;
  for (const name of ["If-Match", "If-None-Match"]) {
    const field = headers.get(name);
    if (field === null || !field.includes("-next-")) continue;
    headers.set(name, field.replaceAll('-next-gzip"', '"').replaceAll('-next-deflate"', '"'));
  }
  if (coding !== "identity" && headers.has("If-Range")) headers.delete("Range");
  return request;
}
