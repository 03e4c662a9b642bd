import type { NodeResponse } from "../message.ts";

/** An answer that is sent instead of the handler's. */
export interface Replacement {
  readonly status: number;
  /** Its own fields. Fields of the replaced answer may stay, too. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** `undefined`: it has no content. */
  readonly body?: string | undefined;
  /** True when a field of the handler's answer may stay. The name may be in any case. */
  keeps(fieldName: string, value?: string): boolean;
}

/** Gives the response the head of its replacement. Returns the function that undoes this. */
export function replaceHead(res: NodeResponse, { status, fields, body, keeps }: Replacement): () => void {
  const before = { status: res.statusCode, fields: [] as [string, number | string | string[]][] };
  const own = new Set(fields.map(([name]) => name.toLowerCase())).add("content-length");
  for (const name of res.getHeaderNames()) {
    const value = res.getHeader(name)!;
    const isKept = keeps(name, String(value));
    if (!isKept || own.has(name.toLowerCase())) before.fields.push([name, value]);
    if (!isKept) res.removeHeader(name);
  }
  for (const [name, value] of fields) res.setHeader(name, value);
  if (body !== undefined) res.setHeader("Content-Length", String(Buffer.byteLength(body)));
  // HTTP/2 has no phrase, and reading it causes a warning.
  if (Object.hasOwn(res, "statusMessage")) delete res.statusMessage;
  res.statusCode = status;
  return () => {
    res.statusCode = before.status;
    // Not by `getHeader`, because it may show layers the fields of the replaced answer.
    const now = res.getHeaderNames();
    for (const name of own) if (now.includes(name)) res.removeHeader(name);
    for (const [name, value] of before.fields) res.setHeader(name, value);
  };
}

/** Removes the fields that may not stay. */
export function removeHeadersExcept(res: NodeResponse, keeps: Replacement["keeps"]): void {
  for (const name of res.getHeaderNames()) {
    if (!keeps(name, String(res.getHeader(name)))) res.removeHeader(name);
  }
}
