import type { Line } from "../row.ts";
import type { Source } from "./source.ts";
import { WireError } from "./wire-error.ts";

/** The answer of a server. */
export interface Answer {
  status: number;
  /** Field lines as Latin-1 text, with names in lower case. A repeated field has several lines. */
  headers: readonly Line[];
  /** The content without chunk framing, as Latin-1 text. */
  body: string;
  /** The octets that were sent, and the octets of the received head. */
  sent: string;
  received: string;
}

const maxInterim = 20;

/** Reads one answer, after any interim answers (RFC 9110 §15.2). */
export async function readAnswer(
  source: Source,
  method: string,
  maxBody: number,
): Promise<Omit<Answer, "sent">> {
  for (let interim = 0; interim < maxInterim; interim++) {
    const head = await source.until("\r\n\r\n");
    const status = statusOf(head);
    if (status < 200 && status !== 101) continue;
    const [, ...fields] = head.split("\r\n");
    const headers = fields.map(readField);
    const hasBody = method !== "HEAD" && status !== 204 && status !== 304 && status !== 101;
    const isTunnel = method === "CONNECT" && status < 300;
    const body = hasBody && !isTunnel ? await readBody(source, headers, maxBody) : "";
    return { status, headers, body, received: `${head}\r\n\r\n` };
  }
  throw new WireError("not HTTP", `more than ${maxInterim} interim answers`);
}

function statusOf(head: string): number {
  const status = /^HTTP\/1\.[01] ([1-9]\d\d)(?: |\r\n|$)/.exec(head)?.[1];
  if (status === undefined)
    throw new WireError("not HTTP", `not a status line: ${JSON.stringify(head.slice(0, 80))}`);
  return Number(status);
}

function readField(line: string): Line {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
}

async function readBody(source: Source, headers: readonly Line[], maxBody: number): Promise<string> {
  const fields = new Map(headers);
  if (/chunked$/i.test(fields.get("transfer-encoding") ?? "")) return readChunks(source, maxBody);
  const lengths = new Set(headers.filter(([name]) => name === "content-length").map(([, value]) => value));
  if (lengths.size > 1)
    throw new WireError("not HTTP", `it has several Content-Lengths: ${[...lengths].join(", ")}`);
  const length = fields.get("content-length");
  if (length === undefined) return source.rest(maxBody);
  if (!/^\d+$/.test(length)) throw new WireError("not HTTP", `not a Content-Length: ${length}`);
  if (Number(length) > maxBody)
    throw new WireError("too long", `the body has ${length} octets, more than the ${maxBody} that are read`);
  return source.take(Number(length));
}

async function readChunks(source: Source, maxBody: number): Promise<string> {
  const chunks: string[] = [];
  let total = 0;
  for (;;) {
    const line = await source.until("\r\n");
    const size = /^[0-9a-f]{1,12}/i.test(line) ? Number.parseInt(line, 16) : Number.NaN;
    if (Number.isNaN(size))
      throw new WireError("not HTTP", `not the length of a chunk: ${JSON.stringify(line.slice(0, 80))}`);
    if (size === 0) break;
    total += size;
    if (total > maxBody) throw new WireError("too long", `the body is longer than ${maxBody} octets`);
    chunks.push(await source.take(size));
    const end = await source.take(2);
    if (end !== "\r\n")
      throw new WireError("not HTTP", `a chunk of ${size} octets does not end there: ${JSON.stringify(end)}`);
  }
  while ((await source.until("\r\n")) !== "") {}
  return chunks.join("");
}
