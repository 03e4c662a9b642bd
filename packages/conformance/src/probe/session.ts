import { parseDate } from "@entity-tag/core";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { type Connection, connectTo, type WireOptions } from "../wire/connection.ts";
import { WireError } from "../wire/wire-error.ts";
import { field } from "./answers.ts";

/** The settings of a session. */
interface SessionOptions {
  url: URL;
  /** Fields that are sent with every request, after those of the command. */
  headers: readonly Line[];
  /** The limit for one answer, in milliseconds. */
  timeout: number;
  insecure: boolean;
  maxRequests: number;
  /** Called before each request with the number of requests so far. */
  onAsk?: (asked: number) => void;
}

/** A request of the probe. A member that is left out has the value of a plain read. */
export interface Inquiry {
  method?: string;
  /** Replaces the path of the url. */
  path?: string;
  /** A line replaces the default line of the same name. */
  headers?: readonly Line[];
  body?: string;
  /** How long to wait after the answer for octets that should not come, in milliseconds. */
  linger?: number;
}

/** Sends one request at a time, on one connection as long as the server keeps it open. */
export interface Session {
  readonly asked: number;
  /** Whether a request other than a read was answered 2xx, or was not answered. */
  readonly mayHaveWritten: boolean;
  readonly url: URL;
  /** Rejects with a `WireError` when there is no whole answer in time, and with `OutOfRequests`. */
  ask(inquiry?: Inquiry): Promise<Answer>;
  /** Sends a request on a new connection, except its last octet, which `release` sends. */
  hold(inquiry: Inquiry): Promise<{ release(): Promise<Answer>; close(): void }>;
  /** Ends the connection. The session sends no more requests. */
  close(): void;
}

/** An error: the limit on requests of the command or of the server is reached. */
export class OutOfRequests extends Error {
  override name = "OutOfRequests";
}

const safe = ["GET", "HEAD", "OPTIONS"];
const maxBody = 16 * 1024 * 1024;

export function openSession(options: SessionOptions): Session {
  const { url, timeout, insecure, maxRequests, onAsk } = options;
  const path = `${url.pathname}${url.search}`;
  const wire: WireOptions = { timeout, insecure, maxBody };
  let connection: Connection | undefined;
  let asked = 0;
  let mayHaveWritten = false;
  let isClosed = false;
  /** Why no more requests are sent, if the server limits its clients. */
  let limit: string | undefined;

  function countOne(): void {
    if (isClosed) throw new OutOfRequests("it was interrupted");
    if (limit !== undefined) throw new OutOfRequests(limit);
    if (asked >= maxRequests) throw new OutOfRequests(`${maxRequests} requests were sent already`);
    asked++;
    onAsk?.(asked);
  }

  const requestOf = ({ method = "GET", path: other = path, headers = [], body }: Inquiry) => ({
    method,
    path: other,
    headers: merged(standing(options), headers),
    ...(body === undefined ? {} : { body }),
  });

  async function ask(inquiry: Inquiry = {}): Promise<Answer> {
    const answer = await askOnce(inquiry);
    const wait = waitOf(answer);
    if (wait === undefined) return answer;
    if (wait <= timeout) await new Promise((resolve) => setTimeout(resolve, wait));
    const second = wait <= timeout ? await askOnce(inquiry) : answer;
    if (waitOf(second) === undefined) return second;
    limit = limitText(second);
    throw new OutOfRequests(limit);
  }

  async function askOnce(inquiry: Inquiry): Promise<Answer> {
    countOne();
    const { method = "GET", linger = 0 } = inquiry;
    // A write that may have been received is never sent twice. So it gets a new connection, which is certainly open.
    if (!safe.includes(method)) drop();
    const isReused = connection !== undefined;
    try {
      connection ??= await connectTo(url, wire);
      const answer = await watched(method, connection.ask(requestOf(inquiry)));
      const stray = linger > 0 ? await connection.stray(linger) : "";
      if (stray !== "" || closes(answer)) drop();
      return stray === "" ? answer : { ...answer, body: answer.body + stray };
    } catch (error) {
      drop();
      if (!(isReused && isStale(error))) throw error;
      asked--;
      return askOnce(inquiry);
    }
  }

  async function watched(method: string, coming: Promise<Answer>): Promise<Answer> {
    try {
      const answer = await coming;
      mayHaveWritten ||= !safe.includes(method) && answer.status < 400;
      return answer;
    } catch (error) {
      mayHaveWritten ||= !safe.includes(method);
      throw error;
    }
  }

  function drop(): void {
    connection?.close();
    connection = undefined;
  }

  return {
    get asked() {
      return asked;
    },
    get mayHaveWritten() {
      return mayHaveWritten;
    },
    url,
    ask,
    async hold(inquiry) {
      countOne();
      // A server that serves one connection at a time must not wait for the idle one.
      drop();
      const own = await connectTo(url, wire);
      const held = own.hold(requestOf(inquiry));
      return { release: () => watched(inquiry.method ?? "GET", held.release()), close: own.close };
    },
    close() {
      isClosed = true;
      drop();
    },
  };
}

/**
 * Whether an idle connection was closed. A server may do that at any time (RFC 9112 §9.3.1), so the request is
 * repeated.
 */
function isStale(error: unknown): boolean {
  return error instanceof WireError && ["closed", "reset", "stray"].includes(error.reason);
}

/** How long a server that limits its clients asks them to wait, in milliseconds (RFC 6585 §4, RFC 9110 §10.2.3). */
function waitOf(answer: Answer): number | undefined {
  const after = field(answer, "retry-after");
  if (answer.status !== 429 && (answer.status !== 503 || after === undefined)) return undefined;
  const until = parseDate(after);
  if (until !== undefined) return Math.max(0, until - Date.now());
  return /^\d+$/.test(after ?? "") ? Number(after) * 1000 : 1000;
}

function limitText(answer: Answer): string {
  const after = field(answer, "retry-after");
  const advice = after === undefined ? "" : ` (Retry-After: ${after})`;
  return `it answers ${answer.status}: it limits the rate of requests${advice}`;
}

function closes(answer: Answer): boolean {
  return answer.received.startsWith("HTTP/1.0") || /\bclose\b/i.test(field(answer, "connection") ?? "");
}

function standing({ headers }: SessionOptions): Line[] {
  return merged(
    [
      [
        "User-Agent",
        "entity-tag-conformance/0.1.0 (asks about conditional requests; @entity-tag/conformance)",
      ],
      ["Accept", "*/*"],
      ["Accept-Encoding", "identity"],
    ],
    headers,
  );
}

function merged(standard: readonly Line[], own: readonly Line[]): Line[] {
  const names = new Set(own.map(([name]) => name.toLowerCase()));
  return [...standard.filter(([name]) => !names.has(name.toLowerCase())), ...own];
}
