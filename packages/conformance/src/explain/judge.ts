import type { Current } from "@entity-tag/core";
import { type Exchange, fieldIn, stateAfter, stateBefore } from "./exchange.ts";
import { type Explanation, explain } from "./steps.ts";

/** Whether an answer was right. */
export interface Judgement {
  exchange: Exchange;
  verdict: "right" | "wrong" | "unknown";
  /** The reasons, each in one sentence. */
  reasons: readonly string[];
  explanation: Explanation | undefined;
}

/** Judges exchanges in their order in time, because an answer shows the state for the next request. */
export function judgeAll(exchanges: readonly Exchange[], given: Current | undefined): Judgement[] {
  const known = new Map<string, Current | undefined>();
  return exchanges.map((exchange) => {
    const { url } = exchange.request;
    const current = given === undefined ? stateBefore(exchange, known.get(url)) : given;
    const judgement = judge(exchange, current, given !== undefined);
    known.set(url, stateAfter(exchange, known.get(url)));
    return judgement;
  });
}

function judge(exchange: Exchange, current: Current | undefined, isGiven: boolean): Judgement {
  const { request, response } = exchange;
  if (current === undefined || response === undefined) {
    const unknown =
      response === undefined
        ? "The state of the page is not known"
        : "The answer does not show the state before the request";
    const reason = `${unknown}: give its tag with --etag, or --absent.`;
    return { exchange, verdict: "unknown", reasons: [reason], explanation: undefined };
  }
  const explanation = explain(request, current);
  const conclude = (verdict: Judgement["verdict"], ...reasons: string[]): Judgement => ({
    exchange,
    verdict,
    reasons,
    explanation,
  });
  const { status } = response;
  if (isOvertaken(exchange, explanation, isGiven)) return conclude("unknown", overtaken);
  const flaws = flawsOf(response, current);
  if (isAllowed(status, explanation)) {
    return flaws.length === 0 ? conclude("right", `${status} is right.`) : conclude("wrong", ...flaws);
  }
  if (isUnjudged(status))
    return conclude("right", `${status} is an answer to which conditions do not apply (§13.2.1).`);
  return conclude("wrong", `It was answered ${status}. ${due(explanation)}`, ...flaws);
}

const overtaken =
  "It was refused, although the previous answer has the tag that was sent. Either another client wrote in between, or the refusal is wrong: give the tag of that time with --etag.";

/** Whether it is a refusal without the tag: then the state from an earlier answer may be out of date. */
function isOvertaken({ response }: Exchange, { statuses }: Explanation, isGiven: boolean): boolean {
  const tells = ["etag", "last-modified"].some((name) => fieldIn(response!.headers, name) !== undefined);
  return response!.status === 412 && !isGiven && !tells && !statuses.includes(412);
}

function isAllowed(status: number, { statuses }: Explanation): boolean {
  if (statuses.length > 0) return statuses.includes(status);
  return status >= 200 && status < 300;
}

/** Refusals, redirections and failures that have nothing to do with conditions. */
const isUnjudged = (status: number) => status !== 304 && status !== 412 && status !== 416 && status >= 300;

function due({ answer, statuses }: Explanation): string {
  return statuses.length > 0 ? `The right answer is ${answer}` : `The right answer: ${answer}`;
}

/** The mistakes that a 304 shows by itself. A page without a tag has a 304 without a tag. */
function flawsOf(
  { status, headers, body }: NonNullable<Exchange["response"]>,
  current: Current | undefined,
): string[] {
  if (status !== 304) return [];
  const isTagLost = fieldIn(headers, "etag") === undefined && current?.etag !== undefined;
  return [
    ...(body === "" ? [] : ["A 304 has no content, and this one has."]),
    ...(isTagLost
      ? [`The 304 has no tag: it must have the ETag that the 200 would have had (§15.4.5).`]
      : []),
  ];
}
