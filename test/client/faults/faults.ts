import { gzipSync } from "node:zlib";
import type { Answer, Asked, DocumentServer, Fault } from "../update/document-server.ts";

/** One way to misbehave: a row of the table in `docs/guides/clients.md`. */
export interface Row {
  /** The first cell of the row. */
  fault: string;
  /** What happens to a request. If there are several faults, each is tried alone, and all have the same outcome. */
  happens: readonly (Fault | ((asked: Asked, server: DocumentServer) => Fault))[];
  /** It happens to each request. Default: to the first one only. */
  always?: true;
  /** It has happened before, too, when `conditionalFetch` kept its page. */
  fromTheStart?: true;
  /** It happens to the reads of `update` and `remove`. Default: to their writes. */
  inReads?: true;
  /**
   * Time matters: requests end after {@link TIMEOUT}. Others have a long time limit, so that a busy machine is no
   * fault.
   */
  isSlow?: true;
  /** How the server spells the tag of a version. */
  tag?: (version: number) => string;
  /** The only `fetch` for which this is a fault. Default: it is one for the global `fetch` and `conditionalFetch`. */
  through?: "fetch" | "conditionalFetch";
}

/** The time limit of one request, in milliseconds. Late answers come after half as much again. */
export const TIMEOUT = 2000;

/** An answer with content that nobody needs. It is so long that it keeps the connection until somebody reads it. */
const answer = (status: number, more: { headers?: Record<string, string>; done?: true } = {}): Fault => ({
  status,
  body: "x".repeat(100_000),
  ...more,
});

const isRead = ({ method }: Asked) => method === "GET";

/** Another client writes just before this request. A read is refused, although no standard allows that. */
const overtaken = (asked: Asked, server: DocumentServer): Fault => {
  if (isRead(asked)) return answer(412);
  server.write({ n: 100 });
  return undefined;
};

const notModified = (tag: string): Fault => ({ status: 304, headers: { etag: tag } });

/** A whole answer in place of a 304 or a 204, with a change that its head does not tell. */
const whole = (headers: Record<string, string>, body: string | Buffer): Fault => ({
  changed: ({ headers: before }: Answer) => ({ status: 200, headers: { ...before, ...headers }, body }),
});

const CONTENT = '{"n":7}';

/** A compressor that changes the tags of what it compresses, as Apache does. */
const compressed = (whole: Answer): Answer => {
  if (whole.body === undefined) return whole;
  const etag = whole.headers?.etag?.replace(/"$/, '-gzip"') ?? "";
  const headers = { ...whole.headers, etag, "content-encoding": "gzip" };
  return { ...whole, headers, body: gzipSync(whole.body) };
};

/** It has no content: Node's own fetch does not read that of a redirect, and so would need a second connection. */
const moved = ({ url }: Asked): Fault =>
  url === "/document" ? { status: 302, headers: { location: "/moved" } } : undefined;

const busy = (status: number): Fault[] => [
  answer(status),
  answer(status, { headers: { "retry-after": "0" } }),
  answer(status, { headers: { "retry-after": "1" } }),
];

export const rows: readonly Row[] = [
  { fault: "no answer, and the request was not done", happens: ["lost before"] },
  { fault: "no answer, but the request was done", happens: ["lost after"] },
  { fault: "silence, and the request was not done", happens: ["silent before"], isSlow: true },
  { fault: "silence, but the request was done", happens: ["silent after"], isSlow: true },
  { fault: "the answer comes after `timeout`", happens: [{ answeredAfter: 1.5 * TIMEOUT }], isSlow: true },
  { fault: "the request is done after `timeout`", happens: [{ doneAfter: 1.5 * TIMEOUT }], isSlow: true },
  { fault: "412 once: another client wrote first", happens: [overtaken] },
  { fault: "412 each time: another client always writes first", happens: [overtaken], always: true },
  { fault: "412 each time, although nobody wrote", happens: [answer(412)], always: true },
  { fault: "429, with or without `Retry-After`", happens: busy(429) },
  { fault: "500, and the request was not done", happens: [answer(500)] },
  { fault: "500, but the request was done", happens: [answer(500, { done: true })] },
  { fault: "502, and the request was not done", happens: [answer(502)] },
  { fault: "502, but the request was done", happens: [answer(502, { done: true })] },
  { fault: "503, with or without `Retry-After`", happens: busy(503) },
  { fault: "503, but the request was done", happens: [answer(503, { done: true })] },
  { fault: "504, and the request was not done", happens: [answer(504)] },
  { fault: "504, but the request was done", happens: [answer(504, { done: true })] },
  { fault: "409", happens: [answer(409)] },
  {
    fault: "304 about a page that was never sent",
    happens: [({ headers }) => (headers["if-none-match"] ? notModified('"other"') : undefined)],
    ...{ inReads: true, through: "conditionalFetch" },
  },
  {
    fault: "304 to a request without a condition",
    happens: [notModified('"v1"')],
    ...{ inReads: true, through: "fetch" },
  },
  {
    fault: "304 with a weak tag for a strong one",
    happens: [notModified('W/"v1"')],
    ...{ inReads: true, through: "conditionalFetch" },
  },
  {
    fault: "304 with a strong tag for a weak one",
    happens: [notModified('"v1"')],
    ...{ inReads: true, through: "conditionalFetch", tag: (version) => `W/"v${version}"` },
  },
  { fault: "the content breaks off", happens: ["half an answer", "reset in the answer"] },
  {
    fault: "the content never reaches its length",
    happens: [whole({ "content-length": "99" }, CONTENT)],
    isSlow: true,
  },
  { fault: "the content is longer than its length", happens: [whole({ "content-length": "4" }, CONTENT)] },
  { fault: "the content is not gzip, as it says", happens: [whole({ "content-encoding": "gzip" }, CONTENT)] },
  {
    fault: "a compressor changes each tag",
    happens: [{ changed: compressed }],
    ...{ always: true, fromTheStart: true, inReads: true },
  },
  {
    fault: "each request is redirected within the origin",
    happens: [moved],
    always: true,
    fromTheStart: true,
  },
  { fault: "a reset before the answer", happens: ["reset before"] },
];

export const columns = ["conditionalFetch", "read", "update", "create", "remove"] as const;
export type Column = (typeof columns)[number];
