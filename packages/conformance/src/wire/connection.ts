import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Line } from "../row.ts";
import { checkUrl } from "../run/checks.ts";
import { type Answer, readAnswer } from "./answer.ts";
import { Source } from "./source.ts";
import { connectionError, WireError } from "./wire-error.ts";

/** A request to a server. */
export interface Ask {
  method: string;
  /** The request target of the request line. */
  path: string;
  /** Field lines, in the order of sending. `Host` and `Content-Length` are added if they are missing. */
  headers: readonly Line[];
  /** Latin-1. */
  body?: string;
}

/** A connection that carries one request at a time. */
export interface Connection {
  /** Rejects with a `WireError` when there is no whole answer in time. */
  ask(ask: Ask): Promise<Answer>;
  /** As `ask`, but `release` sends the last octet of the request. */
  hold(ask: Ask): { release(): Promise<Answer> };
  /** The octets that arrive without a request within this many milliseconds. */
  stray(ms: number): Promise<string>;
  /** Closes it at once. */
  close(): void;
}

/** The limits of a connection. */
export interface WireOptions {
  /** The limit for the connection and for each answer, in milliseconds. The default is 5,000. */
  timeout?: number;
  /** Whether any TLS certificate is accepted. */
  insecure?: boolean;
  /** The limit for a body, in octets. The default is 1,048,576. A longer body is a `WireError`. */
  maxBody?: number;
}

/**
 * Connects over HTTP/1.1, with TLS for `https:`, and sends exactly the given octets. A client library would change the
 * request, because it joins repeated lines, trims tabs and refuses obs-text.
 *
 * @throws {TypeError} unless it is given a `URL` of `http:` or `https:`
 * @throws {WireError} if the server cannot be reached in time
 * @example
 * const connection = await connectTo(new URL("http://localhost:8080"));
 * const { status } = await connection.ask({ method: "GET", path: "/", headers: [["If-None-Match", '"v1"']] });
 * connection.close();
 */
export async function connectTo(url: URL, options: WireOptions = {}): Promise<Connection> {
  checkUrl(url);
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
    // If a server closes the connection during the TLS handshake, no error event comes.
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
