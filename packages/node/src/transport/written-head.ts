import { STATUS_CODES, validateHeaderName, validateHeaderValue } from "node:http";
import type { NodeResponse } from "../message.ts";

/** A head that a handler gave to `writeHead`. Later changes by the handler do not change it. */
export interface WrittenHead {
  readonly status: number;
  /** The status phrase, which may be empty. `undefined`: Node chooses it when the head is sent. */
  readonly phrase: string | undefined;
}

type Field = readonly [name: string, value: string | string[]];

/**
 * Sets the arguments of `writeHead` on the response, and checks them as Node does.
 *
 * Over HTTP/1, an error leaves the response unchanged, because an error page must not inherit half of a head.
 *
 * @throws as Node does, on a status, a phrase or a field that cannot be sent
 */
export function setWrittenHead(
  res: NodeResponse,
  isHttp2: boolean,
  status: number,
  phrase: unknown,
  fields: unknown,
): WrittenHead {
  const hasPhrase = typeof phrase === "string";
  const given = hasPhrase ? fields : (fields ?? phrase);
  if (isHttp2) {
    res.statusCode = status;
    setFields(res, given);
    return { status: res.statusCode, phrase: hasPhrase ? phrase : undefined };
  }
  const code = checkedStatus(status);
  const words = hasPhrase ? phrase : res.statusMessage || STATUS_CODES[code] || "unknown";
  validateHeaderValue("statusMessage", words);
  for (const [name, value] of fieldsOf(given)) {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
  }
  setFields(res, given);
  res.statusCode = code;
  return { status: code, phrase: words };
}

function checkedStatus(status: number): number {
  const code = status | 0;
  if (code >= 100 && code <= 999) return code;
  throw Object.assign(new RangeError(`Invalid status code: ${String(status)}`), {
    code: "ERR_HTTP_INVALID_STATUS_CODE",
  });
}

/** `writeHead` takes an object, a flat list of names and values, or a list of pairs. */
function fieldsOf(given: unknown): Field[] {
  if (!Array.isArray(given)) return Object.entries(given ?? {}) as Field[];
  if (Array.isArray(given[0])) return given as Field[];
  if (given.length % 2 !== 0) {
    throw Object.assign(new TypeError("The argument 'headers' is invalid: a name without a value"), {
      code: "ERR_INVALID_ARG_VALUE",
    });
  }
  return Array.from({ length: given.length / 2 }, (_, i) => [given[2 * i], given[2 * i + 1]] as Field);
}

/** In a list, one name may occur several times. */
function setFields(res: NodeResponse, given: unknown): void {
  const fields = fieldsOf(given);
  if (!Array.isArray(given)) {
    for (const [name, value] of fields) res.setHeader(name, value);
    return;
  }
  for (const [name] of fields) res.removeHeader(name);
  for (const [name, value] of fields) res.appendHeader(name, value);
}
