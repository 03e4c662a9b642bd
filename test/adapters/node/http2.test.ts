import { once } from "node:events";
import {
  createServer,
  type Http2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";
import type { Connection } from "../bed/connection.ts";
import { http2 } from "../bed/http2-connection.ts";

type Handler = (req: Http2ServerRequest, res: Http2ServerResponse) => unknown;
type Lines = [string, string][];

const TAG = '"v1"';
const TEXT = "the same café, in frames";

/** One connection to the handler, by Node's compatibility API. */
async function speaking(handler: Handler, use: (connection: Connection) => Promise<void>) {
  const server: Http2Server = createServer((req, res) => void handler(req, res));
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => sessions.add(session));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const connection = await http2((server.address() as AddressInfo).port);
  try {
    await use(connection);
  } finally {
    connection.close();
    for (const session of sessions) session.destroy();
    server.close();
  }
}

async function ask(connection: Connection, method: string, headers: Lines = [], body?: string) {
  const answer = await connection.ask({ method, path: "/", headers, ...(body !== undefined && { body }) });
  const field = (name: string) =>
    answer.headers
      .filter(([line]) => line === name)
      .map(([, value]) => value)
      .join(", ") || undefined;
  return { ...answer, text: Buffer.from(answer.body, "latin1").toString(), field };
}

const behind =
  (handler: Handler): Handler =>
  (req, res) =>
    conditional()(req, res, () => void handler(req, res));

const ways: Record<string, Handler> = {
  end: (_, res) => void withFields(res).end(TEXT),
  "writeHead, then end": (_, res) => {
    res.writeHead(200, { ETag: TAG, "Content-Type": "text/plain", "Cache-Control": "max-age=60" });
    res.end(TEXT);
  },
  "many writes": (_, res) => {
    withFields(res);
    for (const character of TEXT) res.write(character);
    res.end();
  },
  pipe: (_, res) => void Readable.from([TEXT.slice(0, 9), TEXT.slice(9)]).pipe(withFields(res)),
};

function withFields(res: Http2ServerResponse): Http2ServerResponse {
  res.setHeader("ETag", TAG);
  res.setHeader("Content-Type", "text/plain");
  res.setHeader("Cache-Control", "max-age=60");
  return res;
}

describe.each(Object.entries(ways))("HTTP/2 and a handler that uses %s", (_, way) => {
  test("conditional sends a whole 200, and then a 304, on one connection", async () => {
    await speaking(behind(way), async (connection) => {
      const full = await ask(connection, "GET");
      expect([full.status, full.field("etag"), full.text]).toEqual([200, TAG, TEXT]);
      for (const method of ["GET", "HEAD"]) {
        const again = await ask(connection, method, [["if-none-match", `W/${TAG}`]]);
        expect([again.status, again.field("etag"), again.body]).toEqual([304, TAG, ""]);
        expect(again.field("cache-control")).toBe("max-age=60");
        expect(again.field("content-type")).toBeUndefined();
      }
      const head = await ask(connection, "HEAD");
      expect([head.status, head.field("etag"), head.body]).toEqual([200, TAG, ""]);
      expect((await ask(connection, "GET")).text).toBe(TEXT);
    });
  });

  test("conditional refuses a read that fails If-Match with a problem document", async () => {
    await speaking(behind(way), async (connection) => {
      const answer = await ask(connection, "GET", [["if-match", '"v0"']]);
      expect([answer.status, answer.field("etag")]).toEqual([412, TAG]);
      expect(answer.field("content-type")).toBe("application/problem+json");
      expect(JSON.parse(answer.body)).toMatchObject({ status: 412, field: "If-Match" });
      expect(answer.field("content-length")).toBe(String(answer.body.length));
      expect((await ask(connection, "GET")).text).toBe(TEXT);
    });
  });
});

test("conditional over HTTP/2 makes a weak tag of content that ends at once", async () => {
  await speaking(
    behind((_, res) => void res.end(TEXT)),
    async (connection) => {
      const full = await ask(connection, "GET");
      expect(full.field("etag")).toMatch(/^W\/"/);
      const again = await ask(connection, "GET", [["if-none-match", full.field("etag")!]]);
      expect([again.status, again.body]).toEqual([304, ""]);
    },
  );
});

describe("checkPreconditions over HTTP/2", () => {
  let handled = 0;
  const handler: Handler = (req, res) => {
    res.setHeader("Content-Type", "text/plain");
    if (checkPreconditions(req, res, { etag: TAG }, { require: true })) return;
    handled++;
    res.end(TEXT);
  };

  test.each<[status: number, method: string, lines: Lines]>([
    [200, "GET", []],
    [200, "HEAD", []],
    [304, "GET", [["if-none-match", TAG]]],
    [304, "HEAD", [["if-none-match", TAG]]],
    [412, "HEAD", [["if-match", '"v0"']]],
    [412, "PUT", [["if-match", '"v0"']]],
    [428, "PUT", []],
    [200, "PUT", [["if-match", TAG]]],
    // Node keeps only the first line in `headers`, but the list is read from all lines.
    [
      200,
      "PUT",
      [
        ["if-match", '"v0"'],
        ["if-match", TAG],
      ],
    ],
    [
      304,
      "GET",
      [
        ["if-none-match", '"v0"'],
        ["if-none-match", TAG],
      ],
    ],
  ])("checkPreconditions sends %i to %s with %j", async (status, method, lines) => {
    await speaking(handler, async (connection) => {
      handled = 0;
      const answer = await ask(connection, method, lines, method === "PUT" ? "a body" : undefined);
      expect([answer.status, handled]).toEqual([status, status === 200 ? 1 : 0]);
      const isRefused = status >= 400;
      expect(answer.field("etag")).toBe(status === 428 || (method === "PUT" && !isRefused) ? undefined : TAG);
      if (isRefused) expect(answer.field("content-type")).toBe("application/problem+json");
      if (method === "HEAD" || status === 304) expect(answer.body).toBe("");
      else if (isRefused) expect(JSON.parse(answer.body)).toMatchObject({ status });
      else expect(answer.text).toBe(TEXT);
      // The session serves the next request.
      expect((await ask(connection, "GET")).text).toBe(TEXT);
    });
  });
});
