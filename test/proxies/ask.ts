import { type IncomingHttpHeaders, request } from "node:http";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Sends one request on a new connection. No field is added, and a compressed body is only decoded for `text`. */
export function ask(url: string, method = "GET", headers = {}, body?: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const asking = request(url, { method, headers, agent: false }, async (response) => {
      const octets = await buffer(response);
      const isCoded = response.headers["content-encoding"] === "gzip" && octets.length > 0;
      const text = (isCoded ? gunzipSync(octets) : octets).toString();
      done({ status: response.statusCode!, headers: response.headers, text });
    });
    asking.on("error", fail).end(body);
  });
}

export const GZIP = { "Accept-Encoding": "gzip" };

/** Saves a page under If-Match with a tag. */
export function save(url: string, tag: string, content: string): Promise<Answer> {
  const body = page(content);
  const length = { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(body) };
  return ask(url, "PUT", { ...GZIP, ...length, "If-Match": tag }, body);
}

/** A page that is long enough for every compressor. */
export function page(content: string): string {
  return JSON.stringify({ content: content.repeat(2000) });
}
