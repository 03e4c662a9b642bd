import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Line } from "../row.ts";
import { readAnswer } from "./answer.ts";
import { Source } from "./source.ts";
import { connectionError, WireError } from "./wire-error.ts";

/** A request to a server. */
export interface Ask {
  method: string;
  /** The request target, as it is in the request line. */
  path: string;
  /** In the order sent. `Host` and `Content-Length` are added where they are not among them. */
  headers: readonly Line[];
  /** Latin-1. */
  body?: string;
}

/** The answer of a server. */
export interface Answer {
  status: number;
  /** Names in lower case; a repeated field is repeated lines. Latin-1. */
  headers: readonly Line[];
  /** Without its chunks, as Latin-1. */
  body: string;
  /** The octets sent, and the octets of the head received. */
  sent: string;
  received: string;
}

/** One connection, one request at a time. */
export interface Connection {
  /** Rejects with a `WireError` when there is no whole answer in time. */
  ask(ask: Ask): Promise<Answer>;
  /** As `ask`, but the last octet of the request waits for `release`. */
  hold(ask: Ask): { release(): Promise<Answer> };
  /** The octets that arrive without a request, within so many milliseconds. */
  stray(ms: number): Promise<string>;
  close(): void;
}

export interface WireOptions {
  /** For the connection, and for each answer: milliseconds, 5,000 by default. */
  timeout?: number;
  /** Takes any certificate. */
  insecure?: boolean;
  /** Octets of a body, 1,048,576 by default. A longer one is a `WireError`. */
  maxBody?: number;
}

/**
 * Connects over HTTP/1.1, with TLS for `https:`, and sends exactly the octets that it is given: a client library
 * would tidy the request, because it joins repeated lines, trims tabs and refuses obs-text.
 */
export async function connectTo(url: URL, options: WireOptions = {}): Promise<Connection> {
  const { timeout = 5_000, maxBody = 1_048_576 } = options;
  const socket = await openSocket(url, options, timeout);
  const source = new Source(socket, timeout);
  async function finish(sent: string, rest: string, method: string): Promise<Answer> {
    source.startTimer();
    socket.write(rest, "latin1");
    try {
      return { ...(await readAnswer(source, method, maxBody)), sent };
    } catch (error) {
      socket.destroy();
      if (error instanceof WireError) error.sent = sent;
      throw error;
    }
  }
  return {
    async ask(ask) {
      source.expectNothing();
      const sent = spell(ask, url.host);
      return finish(sent, sent, ask.method);
    },
    hold(ask) {
      const sent = spell(ask, url.host);
      socket.write(sent.slice(0, -1), "latin1");
      return { release: () => finish(sent, sent.slice(-1), ask.method) };
    },
    stray: (ms) => source.stray(ms),
    close: () => socket.destroy(),
  };
}

function openSocket(url: URL, { insecure }: WireOptions, timeout: number): Promise<Socket> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isTls = url.protocol === "https:";
  const port = Number(url.port || (isTls ? 443 : 80));
  const servername = isIP(host) ? "" : host;
  const socket = isTls
    ? connectTls({ host, port, servername, rejectUnauthorized: !insecure, ALPNProtocols: ["http/1.1"] })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error instanceof WireError ? error : connectionError(error, url.host));
    };
    const timer = setTimeout(
      () => fail(new WireError("timeout", `no connection to ${url.host} within ${timeout} ms`)),
      timeout,
    );
    socket.once("error", fail);
    // A server that ends the connection before TLS is agreed causes no error.
    socket.once("close", () => fail(new WireError("closed", `${url.host} closed the connection at once`)));
    socket.once(isTls ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("error", fail);
      resolve(socket);
    });
  });
}

function spell({ method, path, headers, body }: Ask, host: string): string {
  const has = (name: string) => headers.some(([candidate]) => candidate.toLowerCase() === name);
  const lines: Line[] = [
    ...(has("host") ? [] : [["Host", host] as const]),
    ...headers,
    ...(body === undefined || has("content-length")
      ? []
      : [["Content-Length", String(body.length)] as const]),
  ];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${path} HTTP/1.1\r\n${head}\r\n${body ?? ""}`;
}
