import { encodeText } from "../contract/codec.ts";
import { invalidValue, problem } from "../write/problem.ts";
import type { Change } from "../write/write.ts";
import { approved, notValidHere } from "./approval.ts";
import { type Bytes, readBytes } from "./body.ts";
import type { Parsed } from "./json.ts";
import { foreignCharset } from "./media.ts";
import type { Settings } from "./settings.ts";

/** Reads the body of a request that sends a whole value. */
export async function contentOf<T>(settings: Settings<T>, request: Request): Promise<Bytes | Response> {
  const { media } = settings;
  const contentType = request.headers.get("Content-Type");
  if (media.reads(contentType)) return bytesOf(settings, request);
  const fields = { Accept: media.contentType };
  return (
    foreignCharsetRefused(contentType, fields) ??
    problem(415, `Send the content as ${media.contentType}.`, { headers: fields })
  );
}

/** The answer to content in another charset than UTF-8; `undefined`: go on. */
export function foreignCharsetRefused(
  contentType: string | null,
  headers: Record<string, string>,
): Response | undefined {
  const charset = foreignCharset(contentType);
  return charset === undefined
    ? undefined
    : problem(415, `Send the content in UTF-8: the charset ${charset} is not supported.`, { headers });
}

export async function bytesOf<T>({ maxBytes }: Settings<T>, request: Request): Promise<Bytes | Response> {
  // RFC 9110 §14.5: a part must not be stored as the whole.
  if (request.headers.has("Content-Range"))
    return problem(400, "Send the whole value, without Content-Range.");
  const coding = request.headers.get("Content-Encoding");
  if (coding !== null && coding.toLowerCase() !== "identity") {
    const headers = { "Accept-Encoding": "identity" };
    return problem(415, "Send the content without a content coding.", { headers });
  }
  // The client has sent its content. So the program made the mistake, and the answer must not be a 400.
  if (request.bodyUsed)
    throw new TypeError("Cannot read the body of this request again: call resource() before it is read");
  try {
    return (await readBytes(request, maxBytes)) ?? tooLong(maxBytes);
  } catch {
    return problem(400, "The content broke off. Nothing was changed.");
  }
}

/** JSON that is written anew may grow: `1e20,` becomes `100000000000000000000,`. */
const MAX_GROWTH = 6;

/**
 * RFC 9110 §13.2.1: conditions come before the content, so the content is parsed inside the change, after they
 * held.
 */
export function changeBy<T, V>(
  settings: Settings<T>,
  bytes: Bytes,
  parse: (bytes: Bytes) => Parsed<V>,
  next: (current: T | null, sent: V) => T,
): Change<T> {
  return (current) => {
    const sent = parsedBy(settings, parse, bytes);
    if (sent instanceof Response) return sent;
    const value = next(current, sent);
    const { media, maxBytes } = settings;
    const isAsSent = !settings.read && (value as unknown) === sent;
    const mayBeLonger = !isAsSent || bytes.byteLength * MAX_GROWTH > maxBytes;
    return mayBeLonger && isLonger(media.format(value), maxBytes)
      ? tooLong(maxBytes)
      : approved(settings, value, current);
  };
}

export function parsedBy<T, V>(
  { read }: Settings<T>,
  parse: (bytes: Bytes) => Parsed<V>,
  bytes: Bytes,
): V | Response {
  const sent = parse(bytes);
  if (!("value" in sent)) return sent.isInvalid ? invalidValue(sent.problem) : problem(400, sent.problem);
  // null cannot be stored, and a `read` that takes members away would throw on it.
  if (!read || sent.value === null) return sent.value;
  const value = read(sent.value);
  // A client can send a text where `read` expects an object with a certain member. So `undefined` is an answer to the
  // client, not a mistake of the program.
  return value === undefined ? notValidHere() : (value as V);
}

function tooLong(maxBytes: number): Response {
  return problem(413, `The content is too long: send at most ${maxBytes} bytes.`);
}

function isLonger(content: string | Uint8Array, maxBytes: number): boolean {
  if (typeof content !== "string") return content.byteLength > maxBytes;
  // A character is at most three bytes in UTF-8, so most texts need not be encoded.
  return content.length * 3 > maxBytes && encodeText(content).byteLength > maxBytes;
}
