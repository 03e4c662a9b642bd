import { type Ask, connectTo, type Reply } from "@entity-tag/conformance";

export type { Ask } from "@entity-tag/conformance";
export type Answer = Reply;

/** One connection, one request at a time. */
export interface Connection {
  /** Rejects when the connection ends before the answer, and when octets arrive without a request. */
  ask(ask: Ask): Promise<Answer>;
  close(): void;
}

/** HTTP/1.1, which sends the given octets unchanged. */
export const http1 = (port: number): Promise<Connection> => connectTo(new URL(`http://127.0.0.1:${port}`));
