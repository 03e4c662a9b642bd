import { once } from "node:events";
import http, { type RequestListener, type Server } from "node:http";
import net, { type AddressInfo, type Socket } from "node:net";

/** One answer, exactly as it came over the socket, with values as Latin-1 text. */
export interface Answer {
  status: number;
  reason: string;
  /** the statuses of the 1xx answers that came before */
  interim: number[];
  /** field lines in their order */
  lines: [name: string, value: string][];
  trailers: [name: string, value: string][];
  body: Buffer;
  /** all lines of that name joined by a comma, or undefined */
  field(name: string): string | undefined;
}

/** A keep-alive connection that speaks HTTP/1.1 without a library in between. */
export interface Connection {
  socket: Socket;
  /** Sends a request and reads its answer, one after the other. Bytes that belong to no answer fail the next one. */
  ask(
    method: string,
    path: string,
    lines?: readonly (readonly [string, string])[],
    body?: string,
  ): Promise<Answer>;
  /** Sends all requests at once, then reads their answers in turn. */
  pipeline(
    requests: readonly (readonly [
      method: string,
      path: string,
      lines: readonly (readonly [string, string])[],
    ])[],
  ): Promise<Answer[]>;
  close(): void;
}

export async function connect(port: number): Promise<Connection> {
  const socket = net.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const input = reader(socket);
  return {
    socket,
    async ask(method, path, lines = [], body = "") {
      const fields = [
        ["Host", "localhost"],
        ...lines,
        ...(body ? [["Content-Length", String(body.length)]] : []),
      ];
      const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
      socket.write(Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`, "latin1"));
      return await readAnswer(input, method);
    },
    async pipeline(requests) {
      const texts = requests.map(([method, path, lines]) => {
        const fields = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
        return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;
      });
      socket.write(Buffer.from(texts.join(""), "latin1"));
      const answers: Answer[] = [];
      for (const [method] of requests) answers.push(await readAnswer(input, method));
      return answers;
    },
    close: () => socket.destroy(),
  };
}

/** Serves on a free port until the callback is done. */
export async function serving<T>(
  handler: RequestListener,
  use: (port: number, server: Server) => Promise<T>,
): Promise<T> {
  const server = http.createServer(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use((server.address() as AddressInfo).port, server);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** One request on a connection of its own. */
export async function ask(
  port: number,
  method: string,
  path: string,
  lines: readonly (readonly [string, string])[] = [],
  body = "",
): Promise<Answer> {
  const connection = await connect(port);
  try {
    return await connection.ask(method, path, lines, body);
  } finally {
    connection.close();
  }
}

interface Reader {
  until(mark: string): Promise<Buffer>;
  exactly(length: number): Promise<Buffer>;
  rest(): Promise<Buffer>;
}

function reader(socket: Socket): Reader {
  let held: Buffer[] = [];
  let length = 0;
  let ended = false;
  let wake = () => {};
  socket.on("data", (chunk: Buffer) => {
    held.push(chunk);
    length += chunk.length;
    wake();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    ended = true;
    wake();
  });
  const more = async () => {
    if (ended) throw new Error(`the connection closed after ${length} bytes of an answer`);
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  };
  const take = (count: number) => {
    const all = Buffer.concat(held);
    held = count < all.length ? [all.subarray(count)] : [];
    length = all.length - count;
    return all.subarray(0, count);
  };
  return {
    async until(mark) {
      for (;;) {
        const all = Buffer.concat(held);
        held = all.length > 0 ? [all] : [];
        const at = all.indexOf(mark);
        if (at >= 0) return take(at + mark.length);
        await more();
      }
    },
    async exactly(count) {
      while (length < count) await more();
      return take(count);
    },
    async rest() {
      while (!ended) await more().catch(() => {});
      return take(length);
    },
  };
}

async function readAnswer(input: Reader, method: string): Promise<Answer> {
  const interim: number[] = [];
  for (;;) {
    const [first = "", ...rest] = (await input.until("\r\n\r\n"))
      .toString("latin1")
      .slice(0, -4)
      .split("\r\n");
    if (!first.startsWith("HTTP/1.1 "))
      throw new Error(`not a status line: ${JSON.stringify(first.slice(0, 80))}`);
    const status = Number(first.slice(9, 12));
    if (status < 200) {
      interim.push(status);
      continue;
    }
    const lines = rest.map(fieldLine);
    const field = (name: string) => {
      const values = lines
        .filter((line) => line[0].toLowerCase() === name.toLowerCase())
        .map((line) => line[1]);
      return values.length > 0 ? values.join(", ") : undefined;
    };
    const answer = {
      status,
      reason: first.slice(13),
      interim,
      lines,
      trailers: [],
      body: Buffer.alloc(0),
      field,
    };
    const bodiless = method === "HEAD" || status === 204 || status === 304;
    return bodiless ? answer : { ...answer, ...(await readBody(input, field)) };
  }
}

async function readBody(
  input: Reader,
  field: (name: string) => string | undefined,
): Promise<Pick<Answer, "body" | "trailers">> {
  const length = field("content-length");
  if (length !== undefined) return { body: await input.exactly(Number(length)), trailers: [] };
  if (field("transfer-encoding") !== "chunked") return { body: await input.rest(), trailers: [] };
  const chunks: Buffer[] = [];
  for (;;) {
    const size = Number.parseInt((await input.until("\r\n")).toString("latin1"), 16);
    if (size === 0) break;
    chunks.push((await input.exactly(size + 2)).subarray(0, size));
  }
  const trailers: [string, string][] = [];
  for (;;) {
    const line = (await input.until("\r\n")).toString("latin1").slice(0, -2);
    if (line === "") return { body: Buffer.concat(chunks), trailers };
    trailers.push(fieldLine(line));
  }
}

function fieldLine(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
