import { HttpError, type ProblemDocument } from "../errors.ts";
import { isMembers } from "./members.ts";

/** The longest content of an error that is read, in octets. */
const LONGEST_PROBLEM = 65_536;

/** The error for this answer, with its problem document if the content is one. */
export async function httpError(response: Response, method: string, url: string): Promise<HttpError> {
  return new HttpError(response, method, url, await problemIn(response));
}

async function problemIn(response: Response): Promise<ProblemDocument | undefined> {
  const octets = await octetsOf(response, LONGEST_PROBLEM).catch(() => undefined);
  if (!/\bjson\b/i.test(response.headers.get("Content-Type") ?? "")) return undefined;
  const said = parsed(octets);
  return isMembers(said) ? said : undefined;
}

/** The octets parsed as JSON, or `undefined`. */
function parsed(octets: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(octets));
  } catch {
    return undefined;
  }
}

/**
 * The octets of an answer. They are read from a copy, so the caller can still read the answer itself.
 *
 * They are read to the end, which frees the connection. `undefined` if the content is longer than the limit.
 */
export async function octetsOf(
  response: Response,
  limit = Infinity,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const isEmpty = response.headers.get("Content-Length") === "0";
  if (isEmpty || response.body === null || response.bodyUsed) return new Uint8Array();
  const copy = response.clone();
  if (limit === Infinity) return new Uint8Array(await copy.arrayBuffer());
  const octets = await readUpTo(copy.body!, limit);
  if (octets === undefined) await response.body.cancel().catch(() => {});
  return octets;
}

/** Ends an answer that is not needed. A short one is read to its end, so that its connection can be used again. */
export async function drop(response: Response): Promise<void> {
  if (response.body === null || response.bodyUsed) return;
  await readUpTo(response.body, LONGEST_PROBLEM).catch(() => {});
}

async function readUpTo(
  body: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const reader = body.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(chunks).arrayBuffer());
    length += value.length;
    if (length > limit) break;
    chunks.push(value as Uint8Array<ArrayBuffer>);
  }
  // Not awaited, because the cancellation of a copied stream ends only when the other copy is cancelled, too.
  reader.cancel().catch(() => {});
  return undefined;
}
