import {
  type ConditionalRequest,
  type Current,
  type Decision,
  staysInNotModified,
  validatorFields,
} from "@entity-tag/core";
import { explain } from "@entity-tag/core/fetch";
import type { NodeResponse } from "./message.ts";

/** An answer that the conditions alone settle. */
export interface Settled {
  readonly status: 304 | 400 | 412 | 428;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly fields: string[];
  readonly body: string | undefined;
}

export function settled(decision: Decision, request: ConditionalRequest, current: Current): Settled {
  const problem = explain(decision, request, current);
  if (problem === undefined) return { status: 304, fields: validatorFields(current).flat(), body: undefined };
  const { status } = problem;
  const body = JSON.stringify(problem);
  const fields = validatorFields(status === 412 ? current : null).flat();
  fields.push("Content-Type", "application/problem+json", "Content-Length", String(Buffer.byteLength(body)));
  return { status, fields, body };
}

/**
 * Takes back what was to be answered, except what other layers have set for any answer: CORS fields, cookies. A refusal
 * must not be kept as long as the representation may be.
 */
export function takeBack(res: NodeResponse, status: Settled["status"]): void {
  for (const name of res.getHeaderNames()) {
    const isLifetime = name === "cache-control" || name === "expires";
    if (!staysInNotModified(name) || (isLifetime && status !== 304)) res.removeHeader(name);
  }
  // HTTP/2 has no phrase, and warns whoever so much as reads it.
  delete res.statusMessage;
}
