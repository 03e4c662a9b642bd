import { createServer, type Socket } from "node:net";
import { type EntityTag, evaluate, formatDate } from "@entity-tag/core";

/** A request as it arrived on the connection. */
export interface Asked {
  method: string;
  path: string;
  body: string;
  /** The field's lines, joined as the standard says. */
  get(name: string): string | null;
}

/** An answer before it is written. The writer adds the fields that frame it. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** The page that is served. A validator that is left out is not sent. */
export interface Page {
  etag?: EntityTag;
  modified?: number;
  body: string;
  /** How often it was written. */
  writes: number;
}

/** Writes an answer on a socket. Each writer frames it in another way. */
export type Writer = (socket: Socket, answer: Answer, asked: Asked) => void;

export const text: string = "A page of plain text, long enough that a part of it can be asked for.\n".repeat(
  8,
);

/** A server on a raw socket, so that nothing between its answer and the wire corrects it. */
export interface Running {
  url: string;
  page: Page;
  /** Requests so far. */
  asked(): number;
  close(): void;
}

export interface Ways {
  page?: Partial<Page>;
  /** Makes the answer. By default it is the one that the standard asks for. */
  answer?(asked: Asked, page: Page, count: number): Answer;
  write?: Writer;
  host?: string;
}

export async function serve({
  page: given,
  answer = due,
  write = plain,
  host = "127.0.0.1",
}: Ways = {}): Promise<Running> {
  const page: Page = {
    etag: '"v1-Aa"',
    modified: Date.UTC(2020, 5, 6, 7, 8, 9),
    body: text,
    writes: 0,
    ...given,
  };
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    onRequest(socket, (asked) => write(socket, answer(asked, page, ++count), asked));
  });
  await new Promise<void>((done) => server.listen(0, host, done));
  const { port } = server.address() as { port: number };
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}/page`,
    page,
    asked: () => count,
    close,
  };
}

function onRequest(socket: Socket, answer: (asked: Asked) => void): void {
  let text = "";
  socket.on("data", (octets) => {
    text += octets.toString("latin1");
    for (;;) {
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [first = "", ...lines] = text.slice(0, end).split("\r\n");
      const fields = lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      });
      const get = (name: string) => {
        const values = fields.filter(([given]) => given === name.toLowerCase()).map(([, value]) => value);
        return values.length === 0 ? null : values.join(", ");
      };
      const length = Number(get("content-length") ?? 0);
      if (text.length < end + 4 + length) return;
      const [method = "", path = ""] = first.split(" ");
      const body = text.slice(end + 4, end + 4 + length);
      text = text.slice(end + 4 + length);
      answer({ method, path, body, get });
    }
  });
}

export const empty: Buffer = Buffer.alloc(0);

/** The validators of the page, as fields. */
export const validators = ({ etag, modified }: Page): Record<string, string> => ({
  ...(etag !== undefined && { ETag: etag }),
  ...(modified !== undefined && { "Last-Modified": formatDate(modified) }),
});

export const whole = (page: Page): Answer => ({
  status: 200,
  headers: { ...validators(page), "Content-Type": "text/plain" },
  body: Buffer.from(page.body, "latin1"),
});
export const notModified = (page: Page): Answer => ({ status: 304, headers: validators(page), body: empty });
export const refused: Answer = { status: 412, headers: {}, body: empty };

/** The answer that RFC 9110 demands, ranges and writes included. */
export function due(asked: Asked, page: Page): Answer {
  const { method } = asked;
  if (method === "OPTIONS") return { status: 204, headers: { Allow: "GET, HEAD, PUT, DELETE" }, body: empty };
  if (asked.path !== "/page") return { status: 404, headers: {}, body: Buffer.from("nothing") };
  const state = {
    ...(page.etag && { etag: page.etag }),
    ...(page.modified !== undefined && { lastModified: page.modified, lastModifiedStrong: true }),
  };
  const decision = evaluate({ method, headers: asked }, state);
  if (decision.outcome === "not-modified") return notModified(page);
  if (decision.outcome !== "proceed") return refused;
  if (method === "PUT") return written(asked, page);
  if (method !== "GET" && method !== "HEAD") return { status: 405, headers: {}, body: empty };
  return (decision.range && part(asked, page)) || whole(page);
}

export function written({ body }: Asked, page: Page): Answer {
  page.body = body;
  page.writes++;
  if (page.etag !== undefined) page.etag = page.etag.replace(/v\d+/, `v${page.writes + 1}`) as EntityTag;
  if (page.modified !== undefined) page.modified += 1000;
  return { status: 204, headers: validators(page), body: empty };
}

/** `bytes=a-b` and `bytes=a-` of a GET. */
export function part(asked: Asked, page: Page): Answer | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(asked.get("range") ?? "") ?? [];
  if (first === undefined || asked.method !== "GET") return undefined;
  const { body, headers } = whole(page);
  const from = Number(first);
  if (from >= body.length)
    return { status: 416, headers: { "Content-Range": `bytes */${body.length}` }, body: empty };
  if (last !== "" && Number(last) < from) return undefined;
  const to = last === "" ? body.length - 1 : Math.min(Number(last), body.length - 1);
  const range = `bytes ${from}-${to}/${body.length}`;
  return { status: 206, headers: { ...headers, "Content-Range": range }, body: body.subarray(from, to + 1) };
}

/** Whether the answer to this request may have content at all. */
export const hasBody = ({ status }: Answer, { method }: Asked): boolean =>
  method !== "HEAD" && status !== 204 && status !== 304;

export const headOf = ({ status, headers }: Answer, protocol = "HTTP/1.1"): string =>
  `${protocol} ${status} Said\r\n${Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}`;

export const date = (): string => `Date: ${new Date().toUTCString()}\r\n`;

/** Writes in one piece, because on loopback a second piece would wait until the first is acknowledged. */
export function send(socket: Socket, head: string, body: Buffer = empty): void {
  socket.write(Buffer.concat([Buffer.from(head, "latin1"), body]));
}

/** Writes the answer with `Content-Length` and `Date`, and keeps the connection open. */
export const plain: Writer = (socket, answer, asked) => {
  const { body } = answer;
  const framing =
    hasBody(answer, asked) || (asked.method === "HEAD" && answer.status === 200)
      ? `Content-Length: ${body.length}\r\n`
      : "";
  send(socket, `${headOf(answer)}${date()}${framing}\r\n`, hasBody(answer, asked) ? body : empty);
};
