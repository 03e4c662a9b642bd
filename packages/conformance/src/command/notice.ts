import type { Row } from "../row.ts";
import type { Result } from "../verdict.ts";

/**
 * Says how the answer to a row affects the users of a server, and when. For a row that passed, it describes the most
 * likely mistake.
 */
export function noticeOf(result: Pick<Result, "row" | "verdict" | "found" | "reply">): string {
  const when = circumstances[groupOf(result.row.id)];
  return when === undefined ? consequence(result) : `${consequence(result).slice(0, -1)}: ${when}.`;
}

/** The kind of a row: its id without the number. */
export const groupOf = (id: string): string =>
  id.startsWith("pair-") ? "pair" : id.replace(/-\d+(?:-.*)?$/, "").replace(/-(?:get|put)(?:-head)?$/, "");

const lost = "A write overwrites what another person has written, and nobody is told.";

function consequence({ row, verdict, found, reply }: Parameters<typeof noticeOf>[0]): string {
  if (verdict === "pass" || reply === undefined) {
    if (verdict === "fail" || verdict === "warning")
      return "A client waits without an answer, or sees a broken connection.";
    return ofStatus(row, likelyMistake(row));
  }
  if (found.some((one) => /^\d+, but /.test(one)))
    return "A client is told that its write was refused, but it was done.";
  if (found.some((one) => one.includes("connection")))
    return "Behind a proxy that reuses connections, an answer is lost, or belongs to another request.";
  const allowed = [row.expect, ...(row.also ?? [])].some(({ status }) => status.includes(reply.status));
  return allowed ? ofContent(reply.status, found) : ofStatus(row, reply.status);
}

const isRead = ({ request }: Row): boolean => ["GET", "HEAD", "QUERY"].includes(request.method);

function likelyMistake(row: Row): number {
  if (row.expect.outcome !== "proceed") return 200;
  if (!isRead(row)) return 412;
  return row.expect.range ? 200 : row.request.headers.some(([name]) => name === "Range") ? 206 : 304;
}

/** The consequence of an answer with the right status and a wrong part. */
function ofContent(status: number, found: readonly string[]): string {
  if (found.some((one) => one.startsWith("the body is")))
    return status === 304
      ? "The next answer on the connection is garbage."
      : "People get the wrong content, or only a part of the page.";
  if (status === 304) return "Caches keep a wrong copy, or discard a good one.";
  if (status === 412)
    return "A client that is refused does not learn the current version, and cannot try again.";
  if (status === 206 || status === 416) return "A client cannot tell where the part belongs.";
  return "Clients cannot ask later whether this page has changed, or a cache serves it wrongly.";
}

/** The consequence of a wrong status. */
function ofStatus(row: Row, status: number): string {
  if (status >= 500) return "People see an error, and any stranger can cause it.";
  const { outcome } = row.expect;
  if (outcome === "precondition-required")
    return status < 300
      ? "A client that forgets its condition overwrites what another person has written."
      : "A client is not told that it must send a condition.";
  if (outcome === "bad-request") return "A client with an invalid field is not told so.";
  if (isRead(row)) return ofRead(row, status);
  if (outcome === "proceed")
    return status === 412 || status === 428
      ? "People cannot save, although nobody else has written."
      : "A client is refused without a valid reason.";
  if (status === 304) return "A client believes that a refused write was done.";
  return status < 300 ? lost : "A client that is refused is not told that the page has changed.";
}

function ofRead({ expect }: Row, status: number): string {
  const isDue = (code: number) => expect.status.includes(code);
  if (isDue(304))
    return status < 300
      ? "Readers load a page again although they have it."
      : "Readers see an error in place of a page that they have.";
  if (isDue(412)) return "A client that fetches a page in several requests puts together two versions of it.";
  if (isDue(404)) return "A client believes that a missing page exists.";
  if (status === 304) return "People keep seeing an old page after it was changed.";
  if (status === 206)
    return "A resumed download is put together from two versions, or a client gets a part that it did not ask for.";
  if (status === 416) return "A download can be neither resumed nor begun again.";
  if (isDue(206) && status === 200) return "A download that broke off begins from the start.";
  return "People are refused a page that exists.";
}

/** When users notice the mistake, for each kind of row. */
export const circumstances: Readonly<Record<string, string>> = {
  "weak-comparison": "behind a proxy or a compressor that makes tags weak",
  "strong-comparison": "where a tag is weak",
  "odd-tags": "on pages whose tag has unusual characters",
  "three-lines": "behind a proxy that splits a list into several lines",
  hit: "where a client sends several tags at once, or spaces and tabs around them",
  miss: "where another tag looks like the right one",
  unreadable: "where a client sends an invalid field",
  "if-match-existence": "where a client asks whether the page exists",
  "if-none-match-existence": "where a client creates a page",
  absent: "where the page does not exist",
  "unmodified-since": "where a client protects a write by a date",
  "unmodified-since-read": "where a client makes a read conditional on a date",
  "date-as-text": "on some days of the week, and not on others",
  "modified-since": "where a client has a date and no tag",
  "whole-seconds": "where a page was changed within a second",
  "date-forms": "where a client sends dates in one of the two obsolete formats",
  "not-a-date": "where a client sends an invalid date",
  "if-range": "when a download is resumed",
  range: "when a client requests a part of a page",
  "range-forms": "when a client requests a part of a page in an unusual way",
  "range-beyond": "when a file has become shorter than the requested part",
  "if-match-first": "where a client sends several conditions at once",
  "unmodified-since-second": "where a client sends several conditions at once",
  "none-match-before-date": "where a client sends a tag and a date, as browsers do",
  pair: "where a client sends two conditions at once",
  "nobody-asked": "where a client sends no condition",
  "refusals-by-method": "with some methods, and not with others",
  "case-of-methods": "where a client writes the method in lower case",
  "no-representation-options": "when a browser asks for permission to send a request",
  "no-representation-trace": "with TRACE",
  "no-representation-connect": "with CONNECT",
  "304": "when a cache revalidates",
  "304-keeps": "when a cache revalidates",
  "304-drops": "when a cache revalidates",
  "200": "after the first visit",
  "412": "after a refused write",
  alternates: "on pages that come in several forms",
  "alternates-range": "when a download of another form is resumed",
  "alternates-selected": "on pages that come in several forms",
  coded: "behind a compressor",
  "coded-range": "when a compressed download is resumed",
  "weak-if-match": "behind a proxy that makes tags weak",
  required: "where the server demands a condition",
  flood: "when anybody sends a very long field",
  control: "when anybody sends control characters",
  connection: "on a connection that is reused",
  "large-body": "with a large upload",
  "go-net-http": "where a client sends several tags, or resumes a download",
  werkzeug: "where a client sends If-Range without a range, or a day that does not exist",
  django: "where a client sends a tag and a date, or a page has only one of them",
  spring:
    "on pages whose tag has a comma or that have no tag, and where a client sends an old form of a date",
  pekko: "where a client sends several conditions at once",
  lighttpd: "where a client sends an invalid field",
  tomcat: "where a client sends several conditions at once",
  together: "where a client sends several conditions at once",
  "each-method": "with other methods than GET, and with odd lists",
  expect: "with a client that waits for 100 (Continue) before it uploads",
};
