import type { Expectation, Row } from "./row.ts";
import { representation } from "./rows/representation.ts";
import { adapt } from "./run/adapt.ts";
import { type Asker, fetchAsker, fieldOf, type Reply, type Speaker, wireAsker } from "./run/asker.ts";
import { checkRun } from "./run/checks.ts";
import { judge } from "./run/judge.ts";
import { type Learnt, learn } from "./run/learn.ts";
import { type ControlledTarget, isControlled, type Target } from "./target.ts";
import type { Result, Verdict } from "./verdict.ts";
import { connectTo, type WireOptions } from "./wire/connection.ts";

/** How a run reaches its target, and what it reports meanwhile. */
export interface RunOptions extends WireOptions {
  /** How many requests may run at the same time. The default is 1. */
  parallel?: number | undefined;
  /** Opens a connection for another protocol than HTTP/1.1 over TCP or TLS, for example HTTP/2. */
  connect?(): Promise<Speaker>;
  /** Called with each result as soon as it is known. */
  onResult?(result: Result): void;
}

/**
 * Sends each row to a target, and returns the results in the order of the rows. A url or a `fetch`-like function is
 * only read. Rows that do not apply to it are in the results, with the reason.
 *
 * @throws {TypeError} on a target or an option that is not valid.
 * @throws when the target cannot be reached at all.
 * @example
 * const results = await run(rows, "http://localhost:3000/page");
 * const failures = results.filter((result) => result.verdict === "fail");
 * @see RFC 9110 §13
 */
export async function run(rows: readonly Row[], target: Target, options: RunOptions = {}): Promise<Result[]> {
  checkRun(rows, target, options);
  const results: Result[] = new Array(rows.length);
  const queue = rows.entries();
  const { parallel = 1, onResult } = options;
  const subject = await subjectOf(target, options);
  const lane = async () => {
    const asker = subject.open();
    try {
      for (const [index, row] of queue) {
        const result = await askRow(row, subject, asker);
        results[index] = result;
        onResult?.(result);
      }
    } finally {
      asker.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, rows.length) || 1 }, lane));
  return results;
}

/**
 * Sends one row, and throws when the target breaks a MUST, so that each row can be one test in any runner.
 *
 * @throws Error that says what is wrong, and what was sent.
 * @example
 * for (const row of rows) test(row.title, () => check(row, app.fetch));
 */
export async function check(row: Row, target: Target, options: RunOptions = {}): Promise<Result> {
  const [result] = await run([row], target, options);
  if (result?.verdict !== "fail") return result!;
  const sent = result.sent ?? JSON.stringify(row.request);
  throw new Error(`${row.title} (${row.section}, ${row.id}): ${result.found.join("; ")}\n\n${sent}`);
}

/** A target with its connections and its validators. */
interface Subject {
  isWire: boolean;
  open(): Asker;
  control: ControlledTarget | undefined;
  learnt: Learnt | undefined;
  path: string;
}

async function subjectOf(target: Target, options: RunOptions): Promise<Subject> {
  const control = isControlled(target) ? target : undefined;
  const at = control?.at ?? (target as Exclude<Target, ControlledTarget>);
  const isWire = typeof at !== "function";
  const base = isWire ? new URL(at) : new URL("http://localhost/");
  const connect = options.connect ?? (() => connectTo(base, options));
  const open = () => (isWire ? wireAsker(connect) : fetchAsker(at, base, options.timeout ?? 5_000));
  const path = base.pathname + base.search;
  if (control !== undefined) return { isWire, open, control, learnt: undefined, path };
  const asker = open();
  const learnt = await learn(asker, path).finally(() => asker.close());
  return { isWire, open, control, learnt, path };
}

async function askRow(row: Row, subject: Subject, asker: Asker): Promise<Result> {
  if (row.needs === "wire" && !subject.isWire)
    return { row, verdict: "not applicable", found: ["a fetch cannot send this"] };
  return subject.control === undefined
    ? askLearnt(row, subject, asker)
    : askControlled(row, subject.control, asker);
}

async function askLearnt(row: Row, { learnt, path }: Subject, asker: Asker): Promise<Result> {
  const adapted = adapt(row, learnt!);
  if ("reason" in adapted) return { row, verdict: "could not be set up", found: [adapted.reason] };
  const result = await exchange(adapted.row, path, asker, learnt!.reply.body);
  const isDoubtful = learnt!.isChanging || learnt!.intermediary !== undefined;
  if (!isDoubtful || result.found.length === 0) return { ...result, row };
  const cause = learnt!.intermediary
    ? `${learnt!.intermediary} is in the answers`
    : "the resource changes by itself";
  return { ...result, row, verdict: "inconclusive", found: [...result.found, cause] };
}

async function askControlled(row: Row, control: ControlledTarget, asker: Asker): Promise<Result> {
  const path = await control.set(row.state, row);
  if (path === undefined)
    return { row, verdict: "could not be set up", found: ["the target has no such state"] };
  const result = await exchange(row, path, asker, row.state?.content ?? representation, (allowed, answer) =>
    effects(row, allowed, answer, path, control, asker),
  );
  return result;
}

type Afterwards = (allowed: Expectation, reply: Reply) => Promise<string[]>;

async function exchange(
  row: Row,
  path: string,
  asker: Asker,
  content: string,
  afterwards?: Afterwards,
): Promise<Result> {
  try {
    const { reply } = await asker.ask(row.request, path);
    const judgement = judge(row, reply, content);
    const found =
      "found" in judgement
        ? judgement.found
        : [
            ...((await afterwards?.(judgement.allowed, reply)) ?? []),
            ...(await nextComplaints(row, path, asker)),
          ];
    const result = toResult(row, found, reply);
    // RFC 9112 §9.5 allows a server to close a connection at any time.
    return found.length > 0 && found.every((one) => one.startsWith(closedAfter))
      ? { ...result, verdict: "warning" }
      : result;
  } catch (error) {
    const result = toResult(row, [`no answer: ${error instanceof Error ? error.message : error}`]);
    // A server may answer 400 or 431 and close before it has read everything. Octets that arrive later may erase its
    // answer.
    return mayBeUnread(row) ? { ...result, verdict: "inconclusive" } : result;
  }
}

const mayBeUnread = ({ also = [] }: Row): boolean =>
  also.some(({ chosenBy }) => chosenBy === "the server, while it reads the message");

function toResult(row: Row, found: string[], reply?: Reply): Result {
  const failed: Verdict = row.level === "MUST" ? "fail" : "warning";
  return {
    row,
    verdict: found.length === 0 ? "pass" : failed,
    found,
    ...(reply && { reply }),
    ...(reply?.sent !== undefined && { sent: reply.sent }),
    ...(reply?.received !== undefined && { received: reply.received + reply.body.slice(0, 200) }),
  };
}

const isRead = (method: string): boolean => method === "GET" || method === "HEAD" || method === "QUERY";

/** The effects of a refused write that was done. */
async function effects(
  { state, request }: Row,
  { effect }: Expectation,
  { status }: Reply,
  path: string,
  control: ControlledTarget,
  asker: Asker,
): Promise<string[]> {
  if (effect === "any" || isRead(request.method)) return [];
  const runs = await control.runs?.(path);
  if (runs !== undefined) return runs === 0 ? [] : [`${status}, but the work was done ${runs} times`];
  const { reply } = await asker.ask({ method: "GET", headers: [] }, path);
  if (state === null)
    return reply.status === 404 || reply.status === 410 ? [] : [`${status}, but the resource exists now`];
  const content = state.content ?? representation;
  const isSame = reply.status === 200 && reply.body === content && fieldOf(reply, "etag") === state.etag;
  return isSame
    ? []
    : [`${status}, but the resource has changed: ${reply.status} ${JSON.stringify(reply.body.slice(0, 40))}`];
}

const closedAfter = "the connection was closed after the answer, without Connection: close";

/** Whether the connection serves the next request, if the row demands it. */
async function nextComplaints({ expect }: Row, path: string, asker: Asker): Promise<string[]> {
  if (expect.next === undefined) return [];
  const { reply, before } = await asker.ask({ method: "GET", headers: [] }, path);
  if (/(?:closed|reset) the connection/.test(before ?? "")) return [closedAfter];
  if (before !== undefined) return [`the connection did not serve the next request: ${before}`];
  return reply.status === 200 ? [] : [`the next request got ${reply.status}`];
}
