import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { strong } from "@entity-tag/core";
import { checkPreconditions, conditional } from "@entity-tag/node";
import compression from "compression";
import connectApp from "connect";
import express from "express";
import { describe, expect, test } from "vitest";
import { type Answer, connect, serving } from "./wire.ts";

type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;
type Handler = (res: ServerResponse, req: IncomingMessage) => unknown;

/** The package that cookie-session, express-session, response-time and compression use to detect a head. */
const onHeaders: (res: ServerResponse, listener: () => void) => void = createRequire(
  createRequire(import.meta.url).resolve("compression"),
)("on-headers");

const TEXT = "the same café, in many words and at some length. ".repeat(40);
const cookies: Middleware = (_, res, next) => {
  onHeaders(res, () => res.setHeader("Set-Cookie", ["session=1", "session.sig=2"]));
  next();
};
const compress = compression({ threshold: 0 }) as unknown as Middleware;
const judge = conditional();

/** An app of the middleware and, behind it, the handler. */
function chain(middleware: Middleware[], handler: Handler) {
  const app = connectApp();
  for (const layer of middleware) app.use(layer);
  app.use("/next", (_: IncomingMessage, res: ServerResponse) => void res.end("next"));
  return app.use((req: IncomingMessage, res: ServerResponse) => void handler(res, req));
}

function named(middleware: Record<string, Middleware[]>) {
  return Object.entries(middleware);
}

const lines = (answer: Answer, name: string) =>
  answer.lines.filter(([line]) => line.toLowerCase() === name).map(([, value]) => value);

describe.each(
  named({
    "after conditional()": [judge, cookies],
    "before conditional()": [cookies, judge],
    "on both sides of conditional()": [cookies, judge, cookies],
    "after conditional(), under a compressor": [judge, cookies, compress],
    "after conditional(), over a compressor": [compress, judge, cookies],
  }),
)("fields that middleware sets when the head is sent, %s", (_, middleware) => {
  const tagged = (res: ServerResponse) =>
    res.setHeader("ETag", '"v1"').setHeader("Content-Type", "text/plain");
  const ways: Record<string, Handler> = {
    end: (res) => tagged(res).end(TEXT),
    "end, with the tag of its content": (res) => res.setHeader("Content-Type", "text/plain").end(TEXT),
    writeHead: (res) => res.writeHead(200, { ETag: '"v1"', "Content-Type": "text/plain" }).end(TEXT),
    write: (res) => {
      tagged(res).write(TEXT);
      res.end();
    },
    flushHeaders: (res) => {
      tagged(res).flushHeaders();
      res.end(TEXT);
    },
    "express's send": (res, req) => {
      const app = express().get("/", (_, res) => void res.set("ETag", '"v1"').send(TEXT));
      app(req as express.Request, res as express.Response);
    },
  };

  test.each(Object.entries(ways))(
    "fields that middleware sets when the head is sent are in %s",
    async (_, way) => {
      await serving(chain(middleware, way), async (port) => {
        const connection = await connect(port);
        for (const [name, value, status] of [
          ["Accept", "*/*", 200],
          ["If-None-Match", "*", 304],
          ["If-Match", '"v0"', 412],
        ] as const) {
          const answer = await connection.ask("GET", "/", [[name, value]]);
          expect([answer.status, lines(answer, "set-cookie")]).toEqual([
            status,
            ["session=1", "session.sig=2"],
          ]);
          if (status === 304)
            for (const about of ["type", "length"]) expect(lines(answer, `content-${about}`)).toEqual([]);
          if (status === 412) expect(JSON.parse(answer.body.toString())).toMatchObject({ status });
        }
        expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
        connection.close();
      });
    },
  );
});

test("A layer may turn a 304 into another answer", async () => {
  const refuse: Middleware = (_, res, next) => {
    onHeaders(res, () => {
      res.statusCode = 403;
    });
    next();
  };
  const handler: Handler = (res) =>
    res.setHeader("ETag", '"v1"').setHeader("Content-Type", "text/plain").end("no");
  await serving(chain([judge, refuse], handler), async (port) => {
    const connection = await connect(port);
    const answer = await connection.ask("GET", "/", [["If-None-Match", '"v1"']]);
    expect([answer.status, answer.field("content-type"), answer.body.toString()]).toEqual([
      403,
      "text/plain",
      "no",
    ]);
    connection.close();
  });
});

describe.each(
  named({
    "alone beside a compressor": [compress],
    "with conditional() after a compressor": [compress, judge],
    "with conditional() before a compressor": [judge, compress],
  }),
)("checkPreconditions, %s", (_, middleware) => {
  const page: Handler = (res, req) => {
    if (req.headers.accept === "typed") res.setHeader("Content-Type", "text/html");
    if (checkPreconditions(req, res, { etag: strong("1") })) return;
    res.setHeader("Content-Type", "text/html").end(TEXT);
  };

  test.each(["untyped", "typed"])("two codings never have the same strong tag: %s", async (accept) => {
    await serving(chain(middleware, page), async (port) => {
      const connection = await connect(port);
      for (const [coding, etag] of [
        ["gzip", '"1-gzip"'],
        ["identity", '"1"'],
      ] as const) {
        const fields = [
          ["Accept", accept],
          ["Accept-Encoding", coding],
        ] as const;
        const full = await connection.ask("GET", "/", fields);
        expect([full.status, lines(full, "etag"), full.field("vary")]).toEqual([
          200,
          [etag],
          "Accept-Encoding",
        ]);
        const again = await connection.ask("GET", "/", [...fields, ["If-None-Match", etag]]);
        expect([again.status, lines(again, "etag"), again.field("vary")]).toEqual([
          304,
          [etag],
          "Accept-Encoding",
        ]);
        for (const about of ["type", "encoding"]) expect(again.field(`content-${about}`)).toBeUndefined();
        const refused = await connection.ask("GET", "/", [...fields, ["If-Match", '"0"']]);
        expect([refused.status, lines(refused, "etag")]).toEqual([412, ['"1"']]);
        expect(refused.field("content-type")).toBe("application/problem+json");
        expect(JSON.parse(refused.body.toString())).toMatchObject({ status: 412, field: "If-Match" });
      }
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      connection.close();
    });
  });

  test("the strong tag stays if the handler has coded the content, or the request is a write", async () => {
    const coded: Handler = (res, req) => {
      if (checkPreconditions(req, res, { etag: strong("1-gzip") })) return;
      if (req.method === "PUT")
        res.setHeader("ETag", strong("2")).setHeader("Content-Type", "text/html").end(TEXT);
      else res.setHeader("Content-Encoding", "gzip").end("as if coded");
    };
    await serving(chain(middleware, coded), async (port) => {
      const connection = await connect(port);
      expect((await connection.ask("GET", "/")).field("etag")).toBe('"1-gzip"');
      const write = await connection.ask("PUT", "/", [
        ["If-Match", '"1-gzip"'],
        ["Accept-Encoding", "gzip"],
      ]);
      expect([write.status, write.field("content-encoding"), write.field("etag")]).toEqual([
        200,
        "gzip",
        '"2"',
      ]);
      connection.close();
    });
  });
});

describe.each(
  named({
    "compression before conditional()": [compress, judge],
    "compression after conditional()": [judge, compress],
  }),
)("With %s, flushHeaders()", (_, middleware) => {
  const flushed: Handler = (res) => {
    res.setHeader("ETag", '"1"').setHeader("Content-Type", "text/html").flushHeaders();
    res.end(TEXT);
  };

  test("flushHeaders() sends a 304 with the tag and the Vary of its 200, and a 412 without a coding", async () => {
    await serving(chain(middleware, flushed), async (port) => {
      const connection = await connect(port);
      const accept = ["Accept-Encoding", "gzip"] as const;
      const full = await connection.ask("GET", "/", [accept]);
      expect([full.field("etag"), full.field("vary")]).toEqual(['"1-gzip"', "Accept-Encoding"]);
      const again = await connection.ask("GET", "/", [accept, ["If-None-Match", '"1-gzip"']]);
      expect([again.status, again.field("etag"), again.field("vary")]).toEqual([
        304,
        '"1-gzip"',
        "Accept-Encoding",
      ]);
      expect(again.field("content-encoding")).toBeUndefined();
      // A client that names the strong tag has the uncoded form.
      const held = await connection.ask("GET", "/", [accept, ["If-None-Match", '"1"']]);
      expect([held.status, held.field("etag"), held.field("vary")]).toEqual([304, '"1"', "Accept-Encoding"]);
      const refused = await connection.ask("GET", "/", [accept, ["If-Match", '"0"']]);
      expect([refused.status, refused.field("content-encoding")]).toEqual([412, undefined]);
      expect(JSON.parse(refused.body.toString())).toMatchObject({ status: 412 });
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      connection.close();
    });
  });
});
