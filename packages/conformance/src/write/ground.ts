import { type EntityTag, isWeak, parseDate, parseTag } from "@entity-tag/core";
import { field } from "../probe/answers.ts";
import type { Inquiry, Session } from "../probe/session.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import type { Bodies } from "./bodies.ts";

/** The current state of the page. */
export interface Page {
  answer: Answer;
  isHere: boolean;
  body: string;
  etag: EntityTag | undefined;
  /** Milliseconds. */
  modified: number | undefined;
}

/** A write whose last octet is not sent yet. */
export interface HeldWrite {
  body: string;
  release(): Promise<Answer>;
  close(): void;
}

/** The page that is written, and the functions that write it. */
export interface Ground {
  read(): Promise<Page>;
  /** Sends a new content. */
  put(lines?: readonly Line[]): Promise<{ body: string; answer: Answer }>;
  /** Sends a request with any other method. */
  send(inquiry: Inquiry): Promise<Answer>;
  /** A new content for it. */
  content(lines: readonly Line[]): { body: string; headers: Line[] };
  /** The path of a `Location`, if it is on this server. */
  pathOf(location: string | undefined): string | undefined;
  hold(lines: readonly Line[]): Promise<HeldWrite>;
  /** Changes the page, under a condition with its tag, so that the known version becomes stale. */
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

/** An `If-Match` with the known tag, if that tag is strong. */
export const strongMatchOf = (etag: EntityTag | undefined): Line[] =>
  etag === undefined || isWeak(etag) ? [] : [["If-Match", etag]];

/**
 * A 202 does not mean that the write is done (§15.3.3). A 303 names another resource that describes the result
 * (§15.4.4).
 */
export const isDone = ({ status }: Answer) =>
  (status >= 200 && status < 300 && status !== 202) || status === 303;

/** Whether the tag and the content are unchanged. */
export const isSame = (a: Page, b: Page) => a.isHere === b.isHere && a.body === b.body && a.etag === b.etag;
