import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

export interface Message {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface Answer {
  status: number;
  tag: string;
  body: string;
}

/** One client's connection to a server: its own socket, which is kept alive between requests. */
export interface Connection {
  /** Rejects when no whole answer came within `patience` milliseconds: the outcome of the request is then unknown. */
  send(origin: string, message: Message, patience?: number): Promise<Answer>;
  close(): void;
}

export function connect(): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (origin, message, patience = 30_000) => exchange(agent, origin, message, patience),
    close: () => agent.destroy(),
  };
}

async function exchange(agent: Agent, origin: string, message: Message, patience: number): Promise<Answer> {
  const body = message.body === undefined ? undefined : JSON.stringify(message.body);
  const headers: Record<string, string> = { ...message.headers };
  if (body !== undefined) headers["content-length"] = String(Buffer.byteLength(body));
  const signal = AbortSignal.timeout(patience);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(origin + message.path, { agent, method: message.method, headers, signal }, resolve)
      .on("error", reject)
      .end(body);
  });
  const answer = await text(response);
  return { status: response.statusCode ?? 0, tag: response.headers.etag ?? "", body: answer };
}
