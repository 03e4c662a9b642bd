import {
  type Current,
  type Decision,
  evaluate,
  ifMatch,
  ifModifiedSince,
  ifNoneMatch,
  ifRange,
  ifUnmodifiedSince,
  isRead,
  parseDate,
  parseTagList,
  weakMatch,
} from "@entity-tag/core";
import type { Line } from "../row.ts";

/** The parts of a request that matter to its conditions. */
export interface ExplainedRequest {
  method: string;
  headers: readonly Line[];
}

/** The steps of §13.2.2 for one request, in plain words. */
export interface Explanation {
  /** One sentence for each step, also for a skipped one. */
  steps: readonly string[];
  decision: Decision;
  /** The answer, in a sentence. */
  answer: string;
  /** The statuses that the standard allows. */
  statuses: readonly number[];
}

/** Explains the conditions of a request in the order of RFC 9110 §13.2.2. */
export function explain(request: ExplainedRequest, current: Current): Explanation {
  const { method } = request;
  const get = (name: string) => joined(request, name);
  const decision = evaluate({ method, headers: { get } }, current);
  const steps = [stateIn(current), ...stepsOf(method, get, current)];
  return { steps, decision, ...answerOf(decision, method, current, get) };
}

type Get = (name: string) => string | null;

function stepsOf(method: string, get: Get, current: Current): string[] {
  if (["CONNECT", "OPTIONS", "TRACE"].includes(method))
    return [`${method} selects no representation: conditions are not evaluated (§13.2.1).`];
  if (isRead(method) && current === null)
    return ["The answer without conditions would be 404: conditions are not evaluated (§13.2.1)."];
  const steps: string[] = [];
  const match = matchStep(method, get, current);
  steps.push(match.step);
  if (match.isFinal) return steps;
  const noneMatch = noneMatchStep(method, get, current);
  steps.push(noneMatch.step);
  if (noneMatch.isFinal) return steps;
  return [...steps, rangeStep(method, get, current)];
}

interface Step {
  step: string;
  isFinal: boolean;
}

function matchStep(method: string, get: Get, current: Current): Step {
  const match = get("if-match");
  if (match !== null) {
    const isPassedOver = isRead(method) && parseTagList(match) === undefined;
    const held = isPassedOver || ifMatch(match, current) === true;
    const why = isPassedOver
      ? "It is not valid: a read goes on, because an invalid condition never prevents a read."
      : whyMatch(match, current, held);
    const date = get("if-unmodified-since") === null ? "" : " So If-Unmodified-Since is ignored.";
    return { step: `1. If-Match: ${match}. ${why}${date}`, isFinal: !held };
  }
  const since = get("if-unmodified-since");
  if (since === null)
    return { step: "1, 2. There is no If-Match and no If-Unmodified-Since: go on.", isFinal: false };
  const held = ifUnmodifiedSince(since, current);
  return {
    step: `2. If-Unmodified-Since: ${since}. ${whyDate(since, current, held, "unmodified")}`,
    isFinal: held === false,
  };
}

function noneMatchStep(method: string, get: Get, current: Current): Step {
  const noneMatch = get("if-none-match");
  const since = get("if-modified-since");
  if (noneMatch !== null) {
    const readable = parseTagList(noneMatch) !== undefined;
    const held = ifNoneMatch(noneMatch, current) === true && (readable || isRead(method));
    const date = since === null ? "" : " So If-Modified-Since is ignored.";
    return {
      step: `3. If-None-Match: ${noneMatch}. ${whyNoneMatch(noneMatch, current, method)}${date}`,
      isFinal: !held,
    };
  }
  if (since === null)
    return { step: "3, 4. There is no If-None-Match and no If-Modified-Since: go on.", isFinal: false };
  if (!isRead(method))
    return {
      step: `4. If-Modified-Since applies to GET, HEAD and QUERY: ${method} ignores it.`,
      isFinal: false,
    };
  const held = ifModifiedSince(since, current);
  return {
    step: `4. If-Modified-Since: ${since}. ${whyDate(since, current, held, "modified")}`,
    isFinal: held === false,
  };
}

function rangeStep(method: string, get: Get, current: Current): string {
  const range = get("range");
  const validator = get("if-range");
  if (range === null || !["GET", "QUERY"].includes(method)) {
    return validator === null
      ? "5. There is no Range: no condition is left."
      : "5. If-Range without a Range is ignored.";
  }
  if (validator === null) return `5. Range: ${range} without If-Range: the part may be sent.`;
  return ifRange(validator, current)
    ? `5. If-Range: ${validator} is the current strong validator: the part may be sent.`
    : `5. If-Range: ${validator} is not the current strong validator: Range is ignored, and the whole representation is sent.`;
}

function whyMatch(field: string, current: Current, held: boolean): string {
  const list = parseTagList(field);
  if (list === undefined)
    return "It is not valid, so it does not hold: an invalid condition never authorises a write.";
  if (list === "*")
    return held ? "The resource exists: it holds." : "The resource does not exist: it does not hold.";
  if (current === null) return "The resource does not exist, so no tag matches: it does not hold.";
  const { etag } = current;
  if (etag === undefined) return "The resource has no tag, so no tag matches: it does not hold.";
  if (held) return `${etag} is in it, and both are strong: it holds.`;
  return list.some((tag) => weakMatch(tag, etag))
    ? `${etag} is in it only weakly. If-Match compares strongly, and a weak tag never matches: it does not hold.`
    : `${etag} is not in it: it does not hold.`;
}

function whyNoneMatch(field: string, current: Current, method: string): string {
  const list = parseTagList(field);
  if (list === undefined)
    return isRead(method)
      ? "It is not valid, so no tag matches: an invalid condition never prevents a read."
      : "It is not valid: an invalid condition never authorises a write.";
  if (list === "*")
    return current === null
      ? "The resource does not exist: it holds."
      : "The resource exists: it does not hold.";
  const etag = current?.etag;
  if (etag === undefined) return "The resource has no tag, so no tag matches: it holds.";
  const hit = list.find((tag) => weakMatch(tag, etag));
  if (hit === undefined) return `${etag} is not in it: it holds.`;
  return `${hit} matches ${etag}, because If-None-Match compares weakly: it does not hold.`;
}

function whyDate(
  field: string,
  current: Current,
  held: boolean | undefined,
  kind: "modified" | "unmodified",
): string {
  if (parseDate(field) === undefined) return "That is not an HTTP date: it is ignored.";
  if (current === null || current.lastModified === undefined)
    return "The date of the last change is not known: it is ignored.";
  const wasModified = (held === true) === (kind === "modified");
  const what = wasModified ? "It was modified after that" : "It was not modified after that";
  return `${what}: the condition ${held ? "holds" : "does not hold"}.`;
}

function stateIn(current: Current): string {
  if (current === null) return "The resource does not exist.";
  const { etag, lastModified } = current;
  const known = [
    ...(etag === undefined ? [] : [`the tag ${etag}`]),
    ...(lastModified === undefined ? [] : [`the date ${new Date(lastModified).toUTCString()}`]),
  ];
  return known.length === 0
    ? "The resource exists, without a validator."
    : `The resource has ${known.join(" and ")}.`;
}

function answerOf(
  decision: Decision,
  method: string,
  current: Current,
  get: Get,
): Pick<Explanation, "answer" | "statuses"> {
  if (decision.outcome === "not-modified")
    return { statuses: [304], answer: "304 Not Modified, without content: the client has it already." };
  if (decision.outcome === "precondition-failed")
    return {
      statuses: [412, 400],
      answer: `412 Precondition Failed${isRead(method) ? "" : ", and the method is not performed"}.`,
    };
  if (isRead(method) && current === null)
    return { statuses: [404, 410], answer: "404 Not Found, as without conditions." };
  if (decision.outcome !== "proceed")
    return { statuses: [412, 400, 428], answer: `It is refused: ${decision.outcome}.` };
  if (!isRead(method)) return { statuses: [], answer: `${method} is performed, as without conditions.` };
  if (get("range") !== null && decision.range && method !== "HEAD")
    return { statuses: [206, 200, 416], answer: "206 with the part, or 200 with the whole representation." };
  return {
    statuses: [200],
    answer: method === "HEAD" ? "200, as without conditions." : "200 with the whole representation.",
  };
}

/** Several lines of a field are one list (§5.3). */
function joined({ headers }: ExplainedRequest, name: string): string | null {
  const lines = headers.filter(([candidate]) => candidate.toLowerCase() === name).map(([, value]) => value);
  return lines.length === 0 ? null : lines.join(", ");
}
