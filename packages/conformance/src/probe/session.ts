import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { type Connection, connectTo, type WireOptions } from "../wire/connection.ts";
import { WireError } from "../wire/wire-error.ts";
import { field } from "./answers.ts";
import { budgetOf } from "./budget.ts";
import { limitText, waitOf } from "./rate-limit.ts";

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

const safe = ["GET", "HEAD", "OPTIONS"];
const maxBody = 16 * 1024 * 1024;

export function openSession(options: SessionOptions): Session {
  const { url, timeout, insecure, maxRequests, onAsk } = options;
  const wire: WireOptions = { timeout, insecure, maxBody };
  const budget = budgetOf(maxRequests, onAsk);
  let connection: Connection | undefined;
  let mayHaveWritten = false;

  /** Asks once more after the pause that a server asks for which limits its clients. */
  async function ask(inquiry: Inquiry = {}): Promise<Answer> {
    const answer = await askOnce(inquiry);
    const wait = waitOf(answer);
    if (wait === undefined) return answer;
    if (wait <= timeout) await new Promise((resolve) => setTimeout(resolve, wait));
    const second = wait <= timeout ? await askOnce(inquiry) : answer;
    if (waitOf(second) === undefined) return second;
    throw budget.end(limitText(second));
  }

  async function askOnce(inquiry: Inquiry): Promise<Answer> {
    budget.spend();
    const { method = "GET", linger = 0 } = inquiry;
    // A write that may have been received is never sent twice. So it gets a new connection, which is certainly open.
    if (!safe.includes(method)) drop();
    const isReused = connection !== undefined;
    try {
      connection ??= await connectTo(url, wire);
      const answer = await watched(method, connection.ask(requestOf(inquiry, options)));
      const stray = linger > 0 ? await connection.stray(linger) : "";
      if (stray !== "" || closes(answer)) drop();
      return stray === "" ? answer : { ...answer, body: answer.body + stray };
    } catch (error) {
      drop();
      if (!(isReused && isStale(error))) throw error;
      budget.giveBack();
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
      return budget.asked;
    },
    get mayHaveWritten() {
      return mayHaveWritten;
    },
    url,
    ask,
    async hold(inquiry) {
      budget.spend();
      // A server that serves one connection at a time must not wait for the idle one.
      drop();
      const own = await connectTo(url, wire);
      const held = own.hold(requestOf(inquiry, options));
      return { release: () => watched(inquiry.method ?? "GET", held.release()), close: own.close };
    },
    close() {
      budget.end("it was interrupted");
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

function closes(answer: Answer): boolean {
  return answer.received.startsWith("HTTP/1.0") || /\bclose\b/i.test(field(answer, "connection") ?? "");
}

function requestOf({ method = "GET", path, headers = [], body }: Inquiry, options: SessionOptions) {
  const { pathname, search } = options.url;
  return {
    method,
    path: path ?? `${pathname}${search}`,
    headers: merged(standing(options), headers),
    ...(body === undefined ? {} : { body }),
  };
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
