import { type EntityTag, isWeak, parseDate, parseTag } from "@entity-tag/core";
import { field } from "../probe/answers.ts";
import type { Inquiry, Session } from "../probe/session.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/connection.ts";
import type { Bodies } from "./bodies.ts";

/** The page as it is now. */
export interface Page {
  answer: Answer;
  isHere: boolean;
  body: string;
  etag: EntityTag | undefined;
  /** Milliseconds. */
  modified: number | undefined;
}

/** A write that waits for its last octet. */
export interface HeldWrite {
  body: string;
  release(): Promise<Answer>;
  close(): void;
}

/** The page that may be written, and how to write it. */
export interface Ground {
  read(): Promise<Page>;
  /** Sends a new content. */
  put(lines?: readonly Line[]): Promise<{ body: string; answer: Answer }>;
  /** Sends any other method. */
  send(inquiry: Inquiry): Promise<Answer>;
  /** A new content for it. */
  content(lines: readonly Line[]): { body: string; headers: Line[] };
  /** The path of a `Location` on this server. */
  pathOf(location: string | undefined): string | undefined;
  hold(lines: readonly Line[]): Promise<HeldWrite>;
  /** Changes the page, under the condition that fits its tag, so that what was known of it before is stale. */
  change(): Promise<Answer>;
}

export function groundOn(session: Session, bodies: Bodies): Ground {
  const content = (): { body: string; headers: Line[] } => ({
    body: bodies.next(),
    headers: [["Content-Type", bodies.contentType]],
  });
  const ground: Ground = {
    send: (inquiry) => session.ask(inquiry),
    content(lines) {
      const { body, headers } = content();
      return { body, headers: [...headers, ...lines] };
    },
    pathOf(location) {
      if (location === undefined || !URL.canParse(location, session.url)) return undefined;
      const { origin, pathname, search } = new URL(location, session.url);
      return origin === session.url.origin ? pathname + search : undefined;
    },
    read: async () => pageOf(await session.ask()),
    async put(lines = []) {
      const { body, headers } = content();
      return { body, answer: await session.ask({ method: "PUT", headers: [...headers, ...lines], body }) };
    },
    async hold(lines) {
      const { body, headers } = content();
      return { body, ...(await session.hold({ method: "PUT", headers: [...headers, ...lines], body })) };
    },
    async change() {
      const { etag } = await ground.read();
      return (await ground.put(strongMatchOf(etag))).answer;
    },
  };
  return ground;
}

export function pageOf(answer: Answer): Page {
  return {
    answer,
    isHere: answer.status === 200,
    body: answer.body,
    etag: parseTag(field(answer, "etag")),
    modified: parseDate(field(answer, "last-modified")),
  };
}

/** The condition "still as I know it", where the tag can carry one. */
export const strongMatchOf = (etag: EntityTag | undefined): Line[] =>
  etag === undefined || isWeak(etag) ? [] : [["If-Match", etag]];

/** 202 promises nothing (§15.3.3); 303 names another resource that tells what was done (§15.4.4). */
export const isDone = ({ status }: Answer) =>
  (status >= 200 && status < 300 && status !== 202) || status === 303;

/** The tag and the content are what they were. */
export const isSame = (a: Page, b: Page) => a.isHere === b.isHere && a.body === b.body && a.etag === b.etag;
