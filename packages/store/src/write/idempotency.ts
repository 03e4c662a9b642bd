import { readBytes } from "../resource/body.ts";

/** How much of a body is read to recognise a request by it, unless the caller has read it already. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Names the write that this request asks for: its idempotency key, and what it asks for.
 * `undefined`: the request cannot be recognised later. `null`: its body is too long to tell.
 *
 * Only a request with If-Match can be a replay: the standard lets a server answer it with success when this very
 * change has been made already, and does not let it for If-None-Match.
 *
 * @see RFC 9110 §13.1.1
 */
export async function writeIdOf(
  request: Request,
  key: string,
  body: string | Uint8Array | undefined,
): Promise<string | undefined | null> {
  const { headers, method } = request;
  const idempotencyKey = headers.get("Idempotency-Key");
  if (!idempotencyKey || !headers.has("If-Match") || headers.has("If-None-Match")) return undefined;
  const content = body ?? (await bodyOf(request));
  if (content === undefined) return null;
  const head = JSON.stringify([method, key, headers.get("If-Match"), headers.get("Content-Type")]);
  return `${await digest(idempotencyKey, "")}.${await digest(head, content)}`;
}

/** Whether the current version was made by this request, by another one under the same key, or by neither. */
export function compareWriteIds(writeId: string, current: string): "same" | "misused" | "unrelated" {
  if (writeId === current) return "same";
  return idempotencyKeyOf(writeId) === idempotencyKeyOf(current) ? "misused" : "unrelated";
}

function idempotencyKeyOf(writeId: string): string {
  return writeId.split(".", 1)[0]!;
}

/** A body that the caller has read without handing it over can be looked at no more: its length stands for it. */
async function bodyOf(request: Request): Promise<string | Uint8Array | undefined> {
  if (request.bodyUsed || request.body?.locked) return request.headers.get("Content-Length") ?? "";
  return readBytes(request.clone(), MAX_BYTES);
}

/** 144 bits of SHA-256, in hex. */
async function digest(head: string, content: string | Uint8Array): Promise<string> {
  const before = new TextEncoder().encode(head);
  const after = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const whole = new Uint8Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  const hash = await crypto.subtle.digest("SHA-256", whole);
  return Array.from(new Uint8Array(hash, 0, 18), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
