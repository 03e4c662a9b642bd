import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request as the server saw it. */
export interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  status: number;
}

export interface TestServer {
  url: string;
  /** All requests, in the order in which they were answered. */
  seen: Seen[];
  statuses(): number[];
  /** Sockets that are open now. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** Any handler on a real socket, with a log of its requests and answers. */
export async function serve(handler: RequestListener): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer((req: IncomingMessage, res: ServerResponse) => {
    const { method = "", url = "", headers } = req;
    const entry: Seen = { method, url, headers, status: 0 };
    seen.push(entry);
    res.on("close", () => {
      entry.status = res.headersSent ? res.statusCode : 0;
    });
    handler(req, res);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    statuses: () => seen.map(({ status }) => status),
    connections: () => new Promise((done) => server.getConnections((_, count) => done(count))),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Servers of one test file, closed together. */
export function servers() {
  const open: TestServer[] = [];
  return {
    async serve(handler: RequestListener): Promise<TestServer> {
      const server = await serve(handler);
      open.push(server);
      return server;
    },
    close: () => Promise.all(open.splice(0).map((server) => server.close())),
  };
}
