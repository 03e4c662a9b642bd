import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

/** A proxy that can lose the answer to a save, or hold it back. */
export interface InterferingProxy {
  origin: string;
  /** The next PUT arrives, and its answer does not. */
  dropNextAnswer(): void;
  dropped(): number;
  /** The next PUT arrives, and its answer waits until `release` is called. */
  holdNextAnswer(): { arrived: Promise<void>; release(): void };
  stop(): void;
}

export async function interferingProxy(origin: string): Promise<InterferingProxy> {
  let isDropping = false;
  let dropped = 0;
  let held: { arrived(): void; released: Promise<void> } | undefined;
  const proxy = createServer(async (request, response) => {
    const answer = await passOn(origin, request);
    if (request.method === "PUT" && isDropping) {
      isDropping = false;
      dropped++;
      request.socket.destroy();
      return;
    }
    if (request.method === "PUT" && held) {
      const { arrived, released } = held;
      held = undefined;
      arrived();
      await released;
    }
    await passBack(answer, response);
  });
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    dropNextAnswer: () => {
      isDropping = true;
    },
    dropped: () => dropped,
    holdNextAnswer: () => {
      const arrival = Promise.withResolvers<void>();
      const release = Promise.withResolvers<void>();
      held = { arrived: arrival.resolve, released: release.promise };
      return { arrived: arrival.promise, release: release.resolve };
    },
    stop: () => {
      proxy.closeAllConnections();
      proxy.close();
    },
  };
}

async function passOn(origin: string, request: IncomingMessage): Promise<Response> {
  const headers = new Headers(Object.entries(request.headers) as [string, string][]);
  for (const name of ["host", "connection", "content-length"]) headers.delete(name);
  const body = await buffer(request);
  const isRead = request.method === "GET" || request.method === "HEAD";
  const init = { method: request.method!, headers, redirect: "manual" as const };
  return fetch(origin + request.url, isRead ? init : { ...init, body });
}

async function passBack(answer: Response, response: ServerResponse): Promise<void> {
  const fields = [...answer.headers].filter(([name]) => name !== "transfer-encoding");
  response.writeHead(answer.status, Object.fromEntries(fields));
  // The stream of the conversation has no end.
  if (answer.headers.get("Content-Type") === "text/event-stream") response.end();
  else response.end(Buffer.from(await answer.arrayBuffer()));
}
