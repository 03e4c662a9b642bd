import { getEventListeners } from "node:events";
import { inspect } from "node:util";
import type * as Client from "@entity-tag/client";
import { type Asked, type DocumentServer, documentServer } from "../update/document-server.ts";
import { type Column, columns, type Row, rows, TIMEOUT } from "./faults.ts";

/** One call, during which the server misbehaves. */
export interface Cell {
  row: Row;
  happens: Row["happens"][number];
  column: Column;
  through: "fetch" | "conditionalFetch";
  /** The fault is in the read before the write of `update` or `remove`. */
  inRead: boolean;
}

export interface Outcome {
  /** What happened, in the words of the table. */
  outcome: string;
  /** Each invariant that did not hold. */
  broken: string[];
}

/** A call that ends later than this hangs, in milliseconds. */
const LIMIT = 10_000;

function cellsOf(row: Row): Cell[] {
  const cells: Cell[] = [];
  for (const column of columns) {
    for (const through of ["fetch", "conditionalFetch"] as const) {
      // `conditionalFetch` is always called itself.
      const isMeant = column === "conditionalFetch" ? "conditionalFetch" : (row.through ?? through);
      if (through !== isMeant) continue;
      const reads = (column === "update" || column === "remove") && !row.inReads ? [false, true] : [false];
      for (const happens of row.happens)
        for (const inRead of reads) cells.push({ row, happens, column, through, inRead });
    }
  }
  return cells;
}

export const cells: readonly Cell[] = rows.flatMap(cellsOf);

/**
 * Runs all cells, many at once. Those that wait for a time limit come last, and fewer at once, so that they do not wait
 * for the others.
 */
export async function runAll(client: typeof Client): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const all = [...cells.entries()];
  const isSlow = ([, { row }]: [number, Cell]) => row.isSlow === true;
  await together(
    80,
    all.filter((cell) => !isSlow(cell)),
  );
  await together(32, all.filter(isSlow));
  return outcomes;

  async function together(atOnce: number, left: [number, Cell][]): Promise<void> {
    const work = async () => {
      for (let next = left.shift(); next; next = left.shift())
        outcomes[next[0]] = await run(client, next[1]).catch(untold);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
  }
}

/** A cell whose own steps fail must not hide the outcomes of the others. */
function untold(error: unknown): Outcome {
  return { outcome: "unknown", broken: [inspect(error)] };
}

/** Runs one cell, with a server and a connection of its own. */
async function run(client: typeof Client, cell: Cell): Promise<Outcome> {
  const { row, happens, column, through } = cell;
  let misbehaves = row.fromTheStart === true;
  let times = 0;
  const server = await documentServer(column === "create" ? null : { n: 1 }, {
    ...(row.tag && { tag: row.tag }),
    // RFC 9110 §13.1.1: If-Match compares strongly, so a weak tag never matches.
    accepts: (ifMatch, tag) => ifMatch === tag && !tag.startsWith("W/"),
    fault: (asked, it) => {
      if (!misbehaves || !isHit(cell, asked) || (times++ > 0 && !row.always)) return undefined;
      return typeof happens === "function" ? happens(asked, it) : happens;
    },
  });
  const connection = oneConnection();
  const sent: typeof fetch = (input, init) => fetch(input, { ...init, ...connection.init });
  const used = through === "fetch" ? sent : client.conditionalFetch({ fetch: sent });
  const { signal } = new AbortController();
  const broken: string[] = [];
  const check = (holds: boolean, invariant: string) => {
    if (!holds) broken.push(invariant);
  };
  try {
    // `conditionalFetch` keeps the page, unless the fault is an answer to a request without a condition.
    if (through === "conditionalFetch" && row.through !== "fetch")
      await inTime(contentOf(used, server.url), undefined);
    misbehaves = true;
    const before = server.log.length;
    const ended = await inTime(
      call(client, cell, used, server.url, signal).catch((error: Failure) => ({
        text: nameOf(error),
        ...error,
      })),
      { text: "hangs" },
    );
    const asked = server.log.slice(before);
    const writes = asked.filter(({ method }) => method !== "GET").length;
    // The second half of a redirect is not another try.
    const reads = asked.filter(({ method, url }) => method === "GET" && url === "/document").length;

    check(await settles(() => server.waiting === 0), "a request waits on the server");
    misbehaves = false;
    const made = server.done.length;
    check(made <= 1, `${made} writes were made`);
    for (const wrong of wrongIn(ended, server, writes)) check(false, wrong);
    check(getEventListeners(signal, "abort").length === 0, "a listener is left on the signal");
    const next = await inTime(contentOf(used, server.url), "nothing");
    check(next === text(server.value) || isCutOff(cell), `the next read gives ${next}`);
    // This waits for each request whose answer was not read to its end.
    check((await inTime(connection.close(), "late")) !== "late", "a connection is in use");
    server.closeIdleConnections();
    check(await settles(() => server.connections() === 0), "the server has an open connection");
    return { outcome: outcomeOf(cell, ended.text, reads, writes, made), broken };
  } finally {
    server.close();
  }
}

/** Whether the fault of this cell hits the request. */
function isHit({ row, column, inRead }: Cell, { method }: Asked): boolean {
  const isOfReads = isReading(column) || inRead || (row.inReads === true && column !== "create");
  return (method === "GET") === isOfReads;
}

function isReading(column: Column): boolean {
  return column === "conditionalFetch" || column === "read";
}

/** No client can tell that such a page is cut off, so `conditionalFetch` keeps it. */
function isCutOff({ row, column }: Cell): boolean {
  return column === "conditionalFetch" && row.fault === "the content is longer than its length";
}

interface Counter {
  n: number;
}

/** The end of a call: its words in the table, and the members of the result or of the error. */
interface Ended {
  text: string;
  value?: unknown;
  etag?: string | undefined;
  attempts?: number;
  sent?: unknown;
  latest?: unknown;
}

/** Calls the function of the cell as a user does. */
async function call(
  { isNotModified, read, update, create, remove }: typeof Client,
  { column, row }: Cell,
  fetch: typeof globalThis.fetch,
  url: string,
  signal: AbortSignal,
): Promise<Ended> {
  // Where time does not matter, a busy machine must not end a request.
  const timeout = row.isSlow ? TIMEOUT : 2 * LIMIT;
  const options = { fetch, signal, timeout, backoff: () => 1, maxAttempts: 3 };
  if (column === "read") return { ...(await read(url, options)), text: "value" };
  if (column === "create") return wordsOf(await create<Counter>(url, { n: 1 }, options));
  if (column === "remove") return wordsOf(await remove(url, options));
  if (column === "update") return wordsOf(await update<Counter>(url, ({ n }) => ({ n: n + 1 }), options));
  const response = await fetch(url, { signal: AbortSignal.timeout(4 * timeout) });
  const content = await response.text().catch((error: Error) => {
    if (error.name === "TimeoutError") throw error;
    return undefined;
  });
  if (content === undefined) return { text: "the content fails" };
  if (response.status !== 200) return { text: `\`${response.status}\`` };
  if (isNotModified(response)) return { text: "kept page" };
  return { text: content.endsWith("}") ? "new page" : "new page, cut off" };
}

function wordsOf<Result extends { status: string }>(result: Result): Result & { text: string } {
  return { ...result, text: result.status };
}

type Failure = Error & { status?: number } & Omit<Ended, "text">;

function nameOf({ name, status }: Failure): string {
  if (name === "TimeoutError") return "waits until aborted";
  return name === "HttpError" ? `\`HttpError\` ${status}` : `\`${name}\``;
}

/** The members of a result or an error that do not say what the server has. */
function wrongIn(ended: Ended, { value, version }: DocumentServer, writes: number): string[] {
  const { etag, attempts, text: words } = ended;
  const wrong: string[] = [];
  const isSuccess = ["value", "updated", "created"].includes(words);
  if (isSuccess && text(ended.value) !== text(value)) wrong.push(`the value is ${text(ended.value)}`);
  if (etag && etag.replace(/^W\/|-gzip/g, "") !== `"v${version}"`) wrong.push(`the tag is ${etag}`);
  if (attempts !== undefined && attempts !== writes) wrong.push(`${attempts} attempts for ${writes} writes`);
  if (words.includes("Ambiguous") && text(ended.latest) !== text(value))
    wrong.push("latest is not the latest");
  if (words.includes("Ambiguous") && text(ended.sent) !== text(value))
    wrong.push("sent is not what was sent");
  return wrong;
}

/** The words of the table: what happened, how many requests it took, and whether a write was made. */
function outcomeOf({ column }: Cell, words: string, reads: number, writes: number, made: number): string {
  const isDone = ["updated", "created", "removed"].includes(words);
  const [count, noun] = isReading(column) ? [reads, "reads"] : [writes, "writes"];
  const told = made > 0 ? ", made" : ", not made";
  return `${words}${count > 1 ? `, ${count} ${noun}` : ""}${isDone === made > 0 ? "" : told}`;
}

/** The content that a well-behaved server gives now; empty, if there is no document. */
async function contentOf(fetch: typeof globalThis.fetch, url: string): Promise<string> {
  const response = await fetch(url);
  const content = await response.text();
  return response.ok ? content : text(null);
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

/** One connection, made by the undici of this Node. The next request waits until the answer before has been read. */
function oneConnection(): { init: RequestInit; close(): Promise<void> } {
  const builtIn = (globalThis as Record<symbol, unknown>)[Symbol.for("undici.globalDispatcher.1")];
  const Agent = (builtIn as object).constructor as new (options: object) => { close(): Promise<void> };
  const dispatcher = new Agent({ connections: 1, pipelining: 1 });
  return { init: { dispatcher } as RequestInit, close: () => dispatcher.close() };
}

/** The result of the work, or this one if the work hangs. */
async function inTime<T, U>(work: Promise<T>, otherwise: U): Promise<T | U> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<U>((resolve) => {
    timer = setTimeout(resolve, LIMIT, otherwise);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** True as soon as the condition holds; false if it does not hold in time. */
async function settles(holds: () => boolean): Promise<boolean> {
  const end = performance.now() + LIMIT;
  while (!holds() && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5));
  return holds();
}
