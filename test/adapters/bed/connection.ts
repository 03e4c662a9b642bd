import { connect, type Socket } from "node:net";

/** What is said to a server: field lines in the order in which they are sent. */
export interface Ask {
  method: string;
  path: string;
  headers: readonly (readonly [name: string, value: string])[];
  body?: string;
}

/** What came back. Names of fields in lower case, a repeated field as repeated lines; text is Latin-1. */
export interface Answer {
  status: number;
  headers: readonly (readonly [name: string, value: string])[];
  body: string;
}

/** One connection, one request at a time. */
export interface Connection {
  /** Rejects when the connection ends before the answer does, and when bytes came that nobody asked for. */
  ask(ask: Ask): Promise<Answer>;
  close(): void;
}

/** Bytes arrived that belong to no answer: the answer before was longer than it said. */
export class StrayBytes extends Error {}

/**
 * HTTP/1.1 over a socket of our own, because a client library would tidy the request: it joins repeated lines, trims
 * tabs and refuses obs-text.
 */
export async function http1(port: number): Promise<Connection> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject));
  const source = new Source(socket);
  return {
    async ask(ask) {
      source.expectNothing();
      socket.write(spell(ask), "latin1");
      return readAnswer(source, ask.method);
    },
    close: () => socket.destroy(),
  };
}

function spell({ method, path, headers, body = "" }: Ask): string {
  const length = body === "" ? [] : [["Content-Length", String(body.length)]];
  const lines = [["Host", "localhost"], ...headers, ...length].map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

async function readAnswer(source: Source, method: string): Promise<Answer> {
  const head = await source.until("\r\n\r\n");
  if (!head.startsWith("HTTP/1.1 "))
    throw new StrayBytes(`not a status line: ${JSON.stringify(head.slice(0, 80))}`);
  const [line = "", ...fields] = head.split("\r\n");
  const status = Number(line.slice(9, 12));
  const headers = fields.map(readField);
  if (status < 200) return readAnswer(source, method);
  if (method === "HEAD" || status === 204 || status === 304) return { status, headers, body: "" };
  return { status, headers, body: await readBody(source, new Map(headers)) };
}

function readField(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

async function readBody(source: Source, headers: Map<string, string>): Promise<string> {
  if (headers.get("transfer-encoding") === "chunked") return readChunks(source);
  const length = headers.get("content-length");
  return length === undefined ? source.rest() : source.take(Number(length));
}

async function readChunks(source: Source): Promise<string> {
  const chunks: string[] = [];
  for (;;) {
    const size = Number.parseInt(await source.until("\r\n"), 16);
    if (size === 0) break;
    chunks.push(await source.take(size));
    await source.until("\r\n");
  }
  while ((await source.until("\r\n")) !== "") {}
  return chunks.join("");
}

/** The bytes of a socket, to be asked for by length or by what ends them. */
class Source {
  #text = "";
  #ended = false;
  #wake = () => {};

  constructor(socket: Socket) {
    socket.on("data", (bytes) => {
      this.#text += bytes.toString("latin1");
      this.#wake();
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }

  expectNothing(): void {
    if (this.#text !== "") throw new StrayBytes(`not asked for: ${JSON.stringify(this.#text.slice(0, 80))}`);
    if (this.#ended) throw new Error("the server closed the connection");
  }

  async until(end: string): Promise<string> {
    let from = 0;
    for (;;) {
      const at = this.#text.indexOf(end, from);
      if (at >= 0) return this.#cut(at, end.length);
      from = Math.max(0, this.#text.length - end.length);
      await this.#more();
    }
  }

  async take(length: number): Promise<string> {
    while (this.#text.length < length) await this.#more();
    return this.#cut(length, 0);
  }

  async rest(): Promise<string> {
    while (!this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#cut(this.#text.length, 0);
  }

  #cut(length: number, skip: number): string {
    const cut = this.#text.slice(0, length);
    this.#text = this.#text.slice(length + skip);
    return cut;
  }

  async #more(): Promise<void> {
    if (this.#ended) throw new Error("the server closed the connection");
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
