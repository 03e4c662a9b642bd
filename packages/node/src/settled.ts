import {
  type ConditionalRequest,
  type Current,
  type Decision,
  type Policy,
  staysInNotModified,
  staysInRefusal,
  validatorFields,
} from "@entity-tag/core";
import { explain } from "@entity-tag/core/fetch";
import type { NodeResponse } from "./message.ts";

/** An answer that the conditions alone settle. */
export interface Settled {
  readonly status: 304 | 400 | 412 | 428;
  /** Names and values in turn, as `writeHead` takes them. A 304 has those of the 200. */
  readonly fields: string[];
  readonly body: string | undefined;
}

export function settled(
  decision: Decision,
  request: ConditionalRequest,
  current: Current,
  policy: Policy | undefined,
): Settled {
  const problem = explain(decision, request, current, policy);
  if (problem === undefined) return { status: 304, fields: [], body: undefined };
  const { status } = problem;
  const body = JSON.stringify(problem);
  const fields = validatorFields(status === 412 ? current : null).flat();
  fields.push("Content-Type", "application/problem+json", "Content-Length", String(Buffer.byteLength(body)));
  return { status, fields, body };
}

/** Takes back what was to be answered, except what may stay: what other layers have set for any answer, for one. */
export function takeBack(res: NodeResponse, status: Settled["status"]): void {
  const stays = status === 304 ? staysInNotModified : staysInRefusal;
  for (const name of res.getHeaderNames()) if (!stays(name)) res.removeHeader(name);
  // HTTP/2 has no phrase, and warns whoever so much as reads it.
  if (Object.hasOwn(res, "statusMessage")) delete res.statusMessage;
}
