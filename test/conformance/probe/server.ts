import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { type EntityTag, evaluate, formatDate } from "@entity-tag/core";

/** A request whose field lines are joined as the standard says. Node itself drops some lines. */
export interface Asked {
  method: string;
  path: string;
  get(name: string): string | null;
  /** The lines of a field. */
  lines(name: string): string[];
}

export interface Answer {
  status: number;
  headers: Record<string, string | undefined>;
  body: string | Buffer;
  /** Octets that the server wrongly sends after the answer. */
  behind?: string;
}

/** One mistake of a server. A part that is left out behaves correctly. */
export interface Flaw {
  /** Replaces the decision. `undefined` keeps the decision of the standard. */
  decide?(asked: Asked, page: Page): "whole" | "not modified" | "refused" | "part" | undefined;
  /** Changes a finished answer. */
  answer?(answer: Answer, asked: Asked, page: Page): void;
  /** Replaces what a write does. */
  write?(asked: Asked, page: Page): "write" | "refuse" | "refuse and write" | "not found" | undefined;
  /** Changes the page before it is read. */
  before?(page: Page, asked: Asked): void;
  /** The tag does not follow the content. */
  keepsTag?: true;
  /** The conditions of a write are evaluated when its head arrives. */
  judgesEarly?: true;
  neverAnswers?(asked: Asked): boolean;
}

export interface Page {
  etag: EntityTag;
  modified: number;
  body: string | undefined;
  type: string;
  version: number;
}

export interface RunningServer {
  url: string;
  page: Page;
  close(): void;
}

/** A server with one flaw, and otherwise correct. It has every optional part of HTTP that the probe asks about. */
export async function startServer(
  flaw: Flaw = {},
  body: string | undefined = content,
): Promise<RunningServer> {
  const page: Page = {
    etag: '"v1-Aa"',
    modified: Date.UTC(2020, 5, 6, 7, 8, 9),
    body,
    type: "text/plain",
    version: 1,
  };
  const server = createServer({ maxHeaderSize: 80_000 }, (req, res) => {
    // A client may close the connection in the middle of its body.
    serve(req, res, flaw, page).catch(() => res.destroy());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/page`, page, close };
}

export const content = "The content of the page, in some octets.\n".repeat(20);

async function serve(req: IncomingMessage, res: ServerResponse, flaw: Flaw, page: Page): Promise<void> {
  const asked = askedBy(req);
  if (flaw.neverAnswers?.(asked)) return;
  flaw.before?.(page, asked);
  const early = flaw.judgesEarly ? verdictOn(asked, page, flaw) : undefined;
  let sent = "";
  for await (const chunk of req) sent += chunk;
  const answer = isRead(asked.method)
    ? read(asked, page, flaw)
    : write(asked, sent, page, flaw, early ?? verdictOn(asked, page, flaw));
  flaw.answer?.(answer, asked, page);
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([, value]) => value !== undefined),
  );
  res.sendDate = !("Date" in answer.headers);
  res.writeHead(answer.status, headers as Record<string, string>);
  res.end(asked.method === "HEAD" ? undefined : answer.body);
  if (answer.behind) res.socket?.write(answer.behind);
}

function askedBy(req: IncomingMessage): Asked {
  const lines = (name: string) => req.headersDistinct[name.toLowerCase()] ?? [];
  return {
    method: req.method ?? "GET",
    path: req.url ?? "/",
    lines,
    get: (name) => (lines(name).length === 0 ? null : lines(name).join(", ")),
  };
}

const isRead = (method: string) => ["GET", "HEAD", "OPTIONS"].includes(method);

function read(asked: Asked, page: Page, flaw: Flaw): Answer {
  if (asked.method === "OPTIONS") return { status: 204, headers: { Allow: "GET, HEAD, PUT" }, body: "" };
  if (asked.path !== "/page" || page.body === undefined)
    return { status: 404, headers: {}, body: "Not found" };
  const isCoded = /gzip/.test(asked.get("accept-encoding") ?? "");
  const etag = (isCoded ? page.etag.replace(/"$/, '-gzip"') : page.etag) as EntityTag;
  const common = {
    ETag: etag,
    "Last-Modified": formatDate(page.modified),
    "Cache-Control": "no-cache",
    Vary: "Accept-Encoding",
  };
  const state = { etag, lastModified: page.modified, lastModifiedStrong: true };
  const due = evaluate({ method: asked.method, headers: asked }, state);
  const chosen = flaw.decide?.(asked, page) ?? decided(due, asked, page);
  if (chosen === "not modified") return { status: 304, headers: common, body: "" };
  if (chosen === "refused") return { status: 412, headers: {}, body: "" };
  const plain = page.body;
  if (chosen === "part") {
    const range = `bytes 0-3/${plain.length}`;
    const headers = { ...common, "Content-Type": page.type, "Content-Range": range, "Content-Length": "4" };
    return { status: 206, headers, body: plain.slice(0, 4) };
  }
  const body = isCoded ? gzipSync(plain) : plain;
  const coding = isCoded ? { "Content-Encoding": "gzip" } : {};
  const headers = { ...common, ...coding, "Content-Type": page.type, "Content-Length": String(body.length) };
  return { status: 200, headers, body };
}

function decided(due: ReturnType<typeof evaluate>, asked: Asked, page: Page) {
  if (due.outcome === "not-modified") return "not modified";
  if (due.outcome !== "proceed") return "refused";
  const range = asked.get("range");
  const isBeyond = range !== null && Number(/\d+/.exec(range)?.[0]) >= (page.body?.length ?? 0);
  return due.range && range !== null && !isBeyond && asked.method === "GET" ? "part" : "whole";
}

function verdictOn(
  asked: Asked,
  page: Page,
  flaw: Flaw,
): "write" | "refuse" | "refuse and write" | "not found" {
  const chosen = flaw.write?.(asked, page);
  if (chosen) return chosen;
  const state = page.body === undefined ? null : { etag: page.etag, lastModified: page.modified };
  return evaluate({ method: asked.method, headers: asked }, state).outcome === "proceed" ? "write" : "refuse";
}

function write(
  asked: Asked,
  sent: string,
  page: Page,
  flaw: Flaw,
  verdict: ReturnType<typeof verdictOn>,
): Answer {
  if (verdict === "not found") return { status: 404, headers: {}, body: "" };
  if (verdict === "refuse") return { status: 412, headers: {}, body: "" };
  const wasHere = page.body !== undefined;
  if (asked.method === "DELETE") page.body = undefined;
  else {
    page.body = asked.method === "PATCH" ? `${page.body}patched\n` : sent;
    page.version++;
    page.modified += 1000;
    if (!flaw.keepsTag) page.etag = `"v${page.version}-Aa"`;
  }
  if (verdict === "refuse and write") return { status: 412, headers: {}, body: "" };
  return {
    status: wasHere ? 204 : 201,
    headers: page.body === undefined ? {} : { ETag: page.etag },
    body: "",
  };
}
