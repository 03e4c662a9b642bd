import { connect, type Message } from "./connection.ts";

/** The document that all clients write: how often it was incremented, and by which client. */
export interface Document {
  count: number;
  /** The number of increments of each client. An overwritten increment is missing in the number of its client. */
  by: Record<string, number>;
}

export interface Current {
  tag: string;
  value: Document;
}

export function incremented({ count, by }: Document, client: number): Document {
  return { count: count + 1, by: { ...by, [client]: (by[client] ?? 0) + 1 } };
}

/** The request that replaces `current`. A refusal contains the current value. */
export function replacement(path: string, { tag }: Current, value: Document): Message {
  const headers = { "content-type": "application/json", "if-match": tag, prefer: "return=representation" };
  return { method: "PUT", path, headers, body: value };
}

export async function createDocument(origin: string, path: string): Promise<Current> {
  const value: Document = { count: 0, by: {} };
  const headers = { "content-type": "application/json", "if-none-match": "*" };
  const { tag } = await ask(origin, { method: "PUT", path, headers, body: value }, 201);
  return { tag, value };
}

export async function readDocument(origin: string, path: string): Promise<Current> {
  const { tag, body } = await ask(origin, { method: "GET", path }, 200);
  return { tag, value: JSON.parse(body) };
}

async function ask(
  origin: string,
  message: Message,
  expected: number,
): Promise<{ tag: string; body: string }> {
  const connection = connect();
  let { status, tag, body } = await connection.send(origin, message);
  // The connections to the database may have been cut a moment ago.
  for (let again = 0; status === 503 && message.method === "GET" && again < 5; again++) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    ({ status, tag, body } = await connection.send(origin, message));
  }
  connection.close();
  if (status === expected) return { tag, body };
  throw new Error(`${message.method} ${message.path} was answered ${status}, not ${expected}: ${body}`);
}
