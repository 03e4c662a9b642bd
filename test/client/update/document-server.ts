import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** The fate of one request. `undefined`: it is answered as usual. */
export type Fault =
  | undefined
  /** The connection breaks, and the request is not done. */
  | "lost before"
  /** The request is done, but the connection breaks before its answer. */
  | "lost after"
  /** No answer ever comes. `done` says whether the request is done. */
  | "silent before"
  | "silent after"
  /** The connection is reset, and the request is not done. */
  | "reset before"
  /** The request is done, but only the head and half of the content of its answer come, and then the end or a reset. */
  | "half an answer"
  | "reset in the answer"
  /** The request is done long after its sender has given up. */
  | { doneAfter: number }
  /** The request is done at once, but its answer comes late. */
  | { answeredAfter: number }
  /** The request is done, and its answer is changed on the way. */
  | { changed: (answer: Answer) => Answer }
  /** This answer comes instead. `done` says whether the request is done before. */
  | { status: number; headers?: Record<string, string>; body?: string; done?: boolean };

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Asked {
  method: string;
  url: string;
  /** The number of the request, from 1, among the requests with this method. */
  nth: number;
  headers: IncomingMessage["headers"];
  body: string;
  at: number;
}

export interface DocumentServer {
  url: string;
  /** The current document; `null`: it does not exist. */
  value: unknown;
  version: number;
  /** All values that were written, in order. */
  history: unknown[];
  log: Asked[];
  /** The requests to write that were done, in order. */
  done: Asked[];
  /** Requests that still wait for their answer. */
  waiting: number;
  methods(): string[];
  /** Another client writes. */
  write(value: unknown): void;
  connections(): number;
  /** Closes the connections that are not in use. */
  closeIdleConnections(): void;
  close(): void;
}

export interface Behaviour {
  fault?: (asked: Asked, server: DocumentServer) => Fault;
  /** How the answer to a GET is made. Default: JSON under an `ETag`. */
  show?: (value: unknown, tag: string) => { headers?: Record<string, string>; body?: string };
  /** How the answer to a write is made. Default: 204 with the new `ETag`. */
  done?: (value: unknown, tag: string) => Answer;
  /** How the tag of a version is made. */
  tag?: (version: number) => string;
  /** Compares If-Match with the tag. Default: they must be equal. */
  accepts?: (ifMatch: string, tag: string) => boolean;
}

/**
 * One JSON document behind a real socket: GET, PUT, PATCH and DELETE, with correct conditions, except for the faults.
 */
export async function documentServer(first: unknown, behaviour: Behaviour = {}): Promise<DocumentServer> {
  const { fault, show, done, tag = (version) => `"v${version}"`, accepts = (a, b) => a === b } = behaviour;
  const open = new Set<Socket>();
  const counts = new Map<string, number>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const method = request.method!;
    const asked: Asked = {
      method,
      url: request.url!,
      nth: count(method),
      headers: request.headers,
      body,
      at: performance.now(),
    };
    it.log.push(asked);
    it.waiting++;
    await answered(asked, request, response);
    it.waiting--;
  });

  async function answered(
    asked: Asked,
    { socket }: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const happens = fault?.(asked, it);
    if (happens === "lost before") return void response.destroy();
    if (happens === "reset before") return void socket.resetAndDestroy();
    if (happens === "silent before") return;
    if (typeof happens === "object" && "status" in happens) {
      if (happens.done) judge(asked);
      return end(response, happens);
    }
    if (typeof happens === "object" && "doneAfter" in happens) await after(happens.doneAfter);
    const answer = judge(asked);
    if (happens === "lost after") return void response.destroy();
    if (happens === "silent after") return;
    if (happens === "half an answer" || happens === "reset in the answer") {
      response.writeHead(200, { ...answer.headers, "content-length": "100" });
      response.write('{"n":');
      await after(20);
      return void (happens === "half an answer" ? response.destroy() : socket.resetAndDestroy());
    }
    if (typeof happens === "object" && "answeredAfter" in happens) await after(happens.answeredAfter);
    end(response, typeof happens === "object" && "changed" in happens ? happens.changed(answer) : answer);
  }
  // A server that closes a connection in the moment in which it is used again would be one more fault.
  server.keepAliveTimeout = 0;
  server.on("connection", (socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const it: DocumentServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/document`,
    value: first,
    version: 1,
    history: [],
    log: [],
    done: [],
    waiting: 0,
    methods: () => it.log.map(({ method }) => method),
    write(value) {
      it.value = value;
      it.version++;
      it.history.push(value);
    },
    connections: () => open.size,
    closeIdleConnections: () => server.closeIdleConnections(),
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
  return it;

  function after(milliseconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  function count(method: string): number {
    counts.set(method, (counts.get(method) ?? 0) + 1);
    return counts.get(method)!;
  }

  function judge(asked: Asked): Answer {
    const { method, headers, body } = asked;
    const now = tag(it.version);
    const here = it.value !== null;
    if (method === "GET") {
      if (!here) return { status: 404 };
      if (headers["if-none-match"]?.split(", ").includes(now)) return { status: 304, headers: { etag: now } };
      const json = { "content-type": "application/json" };
      const shown = show?.(it.value, now) ?? { headers: { etag: now } };
      return {
        status: 200,
        body: JSON.stringify(it.value),
        ...shown,
        headers: { ...json, ...shown.headers },
      };
    }
    const ifMatch = headers["if-match"];
    if (ifMatch !== undefined && !here) return { status: method === "DELETE" ? 404 : 412 };
    if (ifMatch !== undefined && ifMatch !== "*" && !accepts(ifMatch, now))
      return { status: 412, headers: { etag: now } };
    if (headers["if-none-match"] === "*" && here) return { status: 412, headers: { etag: now } };
    it.done.push(asked);
    if (method === "DELETE") {
      it.write(null);
      return { status: 204 };
    }
    const change = JSON.parse(body);
    it.write(method === "PATCH" ? { ...(it.value as object), ...change } : change);
    return (
      done?.(it.value, tag(it.version)) ?? { status: here ? 204 : 201, headers: { etag: tag(it.version) } }
    );
  }

  function end(response: ServerResponse, { status, headers, body }: Answer): void {
    response.writeHead(status, headers);
    response.end(body);
  }
}
