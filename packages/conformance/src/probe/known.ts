import { type EntityTag, parseDate, parseTag } from "@entity-tag/core";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { count, field } from "./answers.ts";
import { intermediarySign } from "./intermediary.ts";
import type { Session } from "./session.ts";

/** The facts about the page that answers without conditions have shown. */
export interface Known {
  /** The answer to a plain GET without a content coding. */
  page: Answer;
  /** The answer to the same request, sent a second time. */
  again: Answer;
  /** The tag of the page, if it is valid. */
  etag: EntityTag | undefined;
  /** The text of `Last-Modified`. */
  lastModified: string | undefined;
  /** `Last-Modified` in milliseconds, if it is a valid date. */
  modified: number | undefined;
  head: Answer;
  /** The answer to `Range: bytes=0-3`. */
  part: Answer;
  coded: readonly { coding: string; answer: Answer }[];
  /** When the page was read, in milliseconds of `performance.now()`. */
  readAt: number;
  /** The sign of a cache or proxy in front of the server. It may be found later, when an answer is wrong. */
  intermediary: string | undefined;
}

/** The probe cannot say anything about this server. The message is for a person. */
export class CannotRun extends Error {
  override name = "CannotRun";
}

const codings = ["gzip", "br"];

/** Learns the validators of a page, and which of the optional parts of HTTP its server has. */
export async function learn(session: Session): Promise<Known> {
  const page = await firstAnswer(session);
  const readAt = performance.now();
  const again = await session.ask();
  const head = await session.ask({ method: "HEAD", linger: 30 });
  const part = await session.ask({ headers: [["Range", "bytes=0-3"]] });
  const coded = [];
  for (const coding of codings)
    coded.push({ coding, answer: await session.ask({ headers: acceptOnly(coding) }) });
  const answers = [page, again, ...coded.map(({ answer }) => answer)];
  const sign = answers.map(intermediarySign).find((one) => one !== undefined);
  return {
    page,
    readAt,
    again,
    head,
    part,
    coded,
    ...validatorsOf(page),
    intermediary: sign ?? changingCoding(page, again),
  };
}

/** The valid validators of an answer. */
function validatorsOf(answer: Answer): Pick<Known, "etag" | "lastModified" | "modified"> {
  const lastModified = field(answer, "last-modified");
  return { etag: parseTag(field(answer, "etag")), lastModified, modified: parseDate(lastModified) };
}

export const acceptOnly = (coding: string): Line[] => [["Accept-Encoding", coding]];

async function firstAnswer(session: Session): Promise<Answer> {
  const page = await session.ask({ linger: 50 });
  const length = field(page, "content-length");
  if (page.status === 200) {
    if (length !== undefined && page.body.length > Number(length))
      throw new CannotRun(
        `its body is longer than its Content-Length of ${count(Number(length))}: the next answer cannot be found`,
      );
    return page;
  }
  return refusePage(page);
}

/** The error for a page that cannot be tested. */
export function refusePage(page: Answer): never {
  throw new CannotRun(`it answers ${page.status}${advice(page)}`);
}

function advice(page: Answer): string {
  const { status } = page;
  const location = field(page, "location");
  if (status >= 300 && status < 400 && location !== undefined)
    return ` with Location: ${location} (ask there)`;
  if (status === 401 || status === 403)
    return ": give the field that it needs, as in --header 'Authorization: Bearer …'";
  if (status === 206) return ", although no part was asked for";
  return ": give the address of a page that answers 200";
}

function changingCoding(page: Answer, again: Answer): string | undefined {
  const [first, second] = [page, again].map((answer) => field(answer, "content-encoding") ?? "identity");
  return first === second ? undefined : `a coding that changes between two answers: ${first}, then ${second}`;
}
