import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";
import type { NodeResponse } from "../message.ts";

/** A head that a handler gave to `writeHead`. Later changes by the handler do not change it. */
export interface WrittenHead {
  readonly status: number;
  /** The status phrase, which may be empty. `undefined`: Node chooses it when the head is sent. */
  readonly phrase: string | undefined;
}

type Field = readonly [name: string, value: string | string[]];

/** The members of an answer that decide how its head is set. */
interface Circumstances {
  readonly res: NodeResponse;
  readonly isHttp2: boolean;
  readonly isHead: boolean;
  /** True beside a compressor, which removes the length of what it codes. */
  readonly sendsHeadFirst: boolean;
  readonly below: Pick<NodeResponse, "writeHead">;
}

/**
 * Sets the arguments of `writeHead` on the response, and checks them as Node does.
 *
 * After an error the response is as Node leaves it: with the new status and its phrase, and, if it had fields already,
 * with the fields before the wrong one.
 *
 * @throws as Node does, on a head that cannot be sent
 */
export function setWrittenHead(
  answer: Circumstances,
  status: number,
  phrase: unknown,
  fields: unknown,
): WrittenHead {
  const { res, isHttp2 } = answer;
  const hasPhrase = typeof phrase === "string";
  const given = hasPhrase ? fields : (fields ?? phrase);
  if (isHttp2) {
    res.statusCode = status;
    setFields(res, fieldsOf(given), Array.isArray(given));
    refuseConnectionFields(res);
    return { status: res.statusCode, phrase: hasPhrase ? phrase : undefined };
  }
  const code = checkedStatus(status);
  const words = hasPhrase ? phrase : res.statusMessage || STATUS_CODES[code] || "unknown";
  validateHeaderValue("statusMessage", words);
  const hadPhrase = Object.hasOwn(res, "statusMessage");
  Object.assign(res, { statusCode: code, statusMessage: words });
  const list = fieldsOf(given);
  const isFirst = res.getHeaderNames().length === 0;
  if (isFirst) checkFields(list);
  const isRefused = announcesTrailersInVain(answer, list);
  const { writeHead } = Object.getPrototypeOf(res);
  const keepsAll = Array.isArray(given) || (isFirst && answer.below.writeHead === writeHead);
  if (!(isFirst && isRefused)) setFields(res, list, keepsAll);
  if (isRefused) {
    throw Object.assign(new Error("Trailers are invalid with this transfer encoding"), {
      code: "ERR_HTTP_TRAILER_INVALID",
    });
  }
  // A layer may still change the status, and then the phrase is Node's.
  if (!hadPhrase) delete res.statusMessage;
  return { status: code, phrase: words };
}

/** Fields that HTTP/2 has no place for (RFC 9113 §8.2.2). */
const OF_A_CONNECTION = ["transfer-encoding", "keep-alive", "proxy-connection", "upgrade", "http2-settings"];

function refuseConnectionFields(res: NodeResponse): void {
  for (const name of OF_A_CONNECTION) {
    if (res.getHeader(name) === undefined) continue;
    throw Object.assign(new TypeError(`HTTP/1 Connection specific headers are forbidden: "${name}"`), {
      code: "ERR_HTTP2_INVALID_CONNECTION_HEADERS",
    });
  }
}

function checkFields(fields: readonly Field[]): void {
  for (const [name, value] of fields) {
    validateHeaderName(name);
    for (const each of [value].flat()) validateHeaderValue(name, each);
  }
}

/** Node sends trailers only after content in chunks. */
function announcesTrailersInVain(answer: Circumstances, fields: readonly Field[]): boolean {
  const { res, isHead, sendsHeadFirst } = answer;
  const has = (name: string) =>
    res.getHeader(name) !== undefined || fields.some(([given]) => String(given).toLowerCase() === name);
  if (!has("trailer")) return false;
  if (res.statusCode === 204 || res.statusCode === 304) return true;
  if (has("transfer-encoding")) return false;
  const hasLength = !sendsHeadFirst && has("content-length");
  return isHead || hasLength || res.useChunkedEncodingByDefault === false;
}

function checkedStatus(status: number): number {
  const code = status | 0;
  if (code >= 100 && code <= 999) return code;
  throw Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
    code: "ERR_HTTP_INVALID_STATUS_CODE",
  });
}

/** `writeHead` takes an object, a flat list of names and values, or a list of pairs. */
export function fieldsOf(given: unknown): Field[] {
  if (!Array.isArray(given)) return Object.entries(given ?? {}) as Field[];
  if (Array.isArray(given[0])) return given as Field[];
  if (given.length % 2 !== 0) {
    throw Object.assign(new TypeError("The argument 'headers' is invalid: a name without a value"), {
      code: "ERR_INVALID_ARG_VALUE",
    });
  }
  return Array.from({ length: given.length / 2 }, (_, i) => [given[2 * i], given[2 * i + 1]] as Field);
}

/**
 * `keepsAll`: one name may occur several times. It may in a list, and over HTTP/1 in several spellings in an object, if
 * the response has no fields yet and no layer sets them one by one.
 */
export function setFields(res: NodeResponse, fields: readonly Field[], keepsAll: boolean): void {
  // Only where there is something to remove: Node notes each removal, and then sends no `Date` by itself, for example.
  if (keepsAll) for (const [name] of fields) if (res.getHeader(name) !== undefined) res.removeHeader(name);
  for (const [name, value] of fields) {
    // Node skips it, too, if the response has fields already.
    if (name === "") continue;
    if (keepsAll) res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}
