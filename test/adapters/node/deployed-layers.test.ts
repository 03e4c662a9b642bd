import type { RequestListener } from "node:http";
import { createRequire } from "node:module";
import { strong } from "@entity-tag/core";
import { checkPreconditions, conditional } from "@entity-tag/node";
import type compression from "compression";
import type express from "express";
import session from "express-session";
import { describe, expect, test } from "vitest";
import { ask, connect, serving } from "./wire.ts";

// Versions that are widely deployed, and have no types of their own.
const require = createRequire(import.meta.url);
const express4 = require("express-4") as typeof express;
const oldCompression = require("compression-1.7.4") as typeof compression;

const TEXT = "the representation, whole. ".repeat(100);
const gzip = ["Accept-Encoding", "gzip"] as const;
const judge = () => conditional() as unknown as express.RequestHandler;

const ways: Record<string, express.RequestHandler> = {
  send: (_, res) => void res.set("ETag", '"v1"').send(TEXT),
  "writeHead with a list": (_, res) =>
    void res.writeHead(200, ["ETag", '"v1"', "Content-Type", "text/plain"]).end(TEXT),
  "writeHead with an object": (_, res) =>
    void res.writeHead(200, { ETag: '"v1"', "Content-Type": "text/plain" }).end(TEXT),
  "write in parts": (_, res) => {
    res.type("text").set("ETag", '"v1"').write(TEXT.slice(0, 99));
    res.end(TEXT.slice(99));
  },
  checkPreconditions: (req, res) => {
    if (!checkPreconditions(req, res, { etag: strong("v1") })) res.type("text").send(TEXT);
  },
};

describe("Express 4.21.2 with compression 1.7.4 and its on-headers 1.0.2", () => {
  const orders: Record<string, () => express.RequestHandler[]> = {
    "the compressor in front": () => [oldCompression(), judge()],
    "conditional in front": () => [judge(), oldCompression()],
  };
  for (const [order, layersOf] of Object.entries(orders)) {
    test.each(Object.entries(ways))(`${order}: %s`, async (name, handler) => {
      // A list that passes `on-headers` 1.0.2 by itself ends the process, without this package, too.
      if (name === "writeHead with a list" && order === "conditional in front") return;
      const app = express4().set("etag", false);
      for (const layer of layersOf()) app.use(layer);
      app.get("/", handler);
      app.get("/next", (_, res) => void res.send("next"));
      await serving(app as unknown as RequestListener, async (port) => {
        const connection = await connect(port);
        for (const lines of [[], [gzip]]) {
          const refused = await connection.ask("GET", "/", [...lines, ["If-Match", '"x"']]);
          expect([refused.status, refused.field("content-encoding")]).toEqual([412, undefined]);
          expect(JSON.parse(refused.body.toString()).status).toBe(412);
          expect((await connection.ask("HEAD", "/", [...lines, ["If-Match", '"x"']])).status).toBe(412);
          const full = await connection.ask("GET", "/", lines);
          expect([full.status, full.field("etag")]).toEqual([200, lines.length > 0 ? '"v1-gzip"' : '"v1"']);
          const again = await connection.ask("GET", "/", [...lines, ["If-None-Match", full.field("etag")!]]);
          expect([again.status, again.field("etag")]).toEqual([304, full.field("etag")]);
        }
        expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
        connection.close();
      });
    });
  }

  test("a gzip client writes with the tag that it got", async () => {
    let version = 1;
    const app = express4().set("etag", false).use(oldCompression()).use(judge());
    app.get("/", (_, res) => void res.set("ETag", strong(String(version))).send(TEXT));
    app.put("/", (req, res) => {
      if (checkPreconditions(req, res, { etag: strong(String(version)) }, { require: true })) return;
      version++;
      res.sendStatus(204);
    });
    await serving(app as unknown as RequestListener, async (port) => {
      const full = await ask(port, "GET", "/", [gzip]);
      const save = () => ask(port, "PUT", "/", [gzip, ["If-Match", full.field("etag")!]]);
      expect((await save()).status).toBe(204);
      expect((await save()).status).toBe(412);
      expect((await ask(port, "PUT", "/", [gzip])).status).toBe(428);
    });
  });
});

describe("a handler that passes a callback to `end`, behind express-session, whose `end` accepts none", () => {
  const ends: Record<string, (res: express.Response, done: () => void) => void> = {
    "at once": (res, done) => void res.end(TEXT, done),
    "with an encoding": (res, done) => void res.end(TEXT, "utf8", done),
    "after a part": (res, done) => {
      res.write(TEXT);
      res.end(TEXT, done);
    },
    "after a part, later": (res, done) => {
      res.write(TEXT);
      setImmediate(() => res.end(TEXT, done));
    },
  };
  const conditions = [
    [304, "GET", ["If-None-Match", '"v1"']],
    [412, "GET", ["If-Match", '"v0"']],
    [304, "HEAD", ["If-None-Match", "*"]],
    [412, "HEAD", ["If-Match", '"v0"']],
  ] as const;
  test.each(Object.entries(ends))(
    "its callback is called when the answer is finished: %s",
    async (_, end) => {
      const app = express4().set("etag", false);
      app.use(session({ secret: "s", resave: true, saveUninitialized: true, rolling: true }));
      app.use(judge());
      let done = 0;
      app.get("/", (_, res) => end(res.type("text").set("ETag", '"v1"'), () => done++));
      app.get("/next", (_, res) => void res.send("next"));
      await serving(app as unknown as RequestListener, async (port) => {
        const connection = await connect(port);
        for (const [index, [status, method, line]] of conditions.entries()) {
          const answer = await connection.ask(method, "/", [line]);
          expect([answer.status, answer.field("set-cookie")]).toEqual([
            status,
            expect.stringContaining("connect.sid"),
          ]);
          if (status === 412 && method === "GET") expect(JSON.parse(answer.body.toString()).status).toBe(412);
          expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
          expect(done).toBe(index + 1);
        }
        connection.close();
      });
    },
  );
});

describe("a handler that writes after its `end`, behind express-session, which ends an answer only after its store has saved", () => {
  const more: Record<string, (res: express.Response) => void> = {
    write: (res) => void res.write("more"),
    "write with a callback": (res) => void res.write("more", () => {}),
    "a second end": (res) => void res.end("more"),
    "write in a later turn": (res) => void setImmediate(() => res.write("more")),
  };
  const handlers: Record<string, (more: (res: express.Response) => void) => express.RequestHandler> = {
    "after an answer that conditional replaced": (more) => (_, res) => {
      res.type("text").set("ETag", '"v1"').end(TEXT);
      more(res);
    },
    "after parts of an answer that conditional replaced": (more) => (_, res) => {
      res.type("text").set("ETag", '"v1"').write(TEXT);
      res.end(TEXT);
      more(res);
    },
    "after checkPreconditions, without a return": (more) => (req, res) => {
      const isSent = checkPreconditions(req, res, { etag: strong("v1") });
      if (isSent) more(res);
      else res.end(TEXT);
    },
  };
  const rows = Object.keys(handlers).flatMap((when) =>
    Object.keys(more).map((what) => [what, when] as const),
  );

  test.each(rows)("%s %s: the next answer on the connection is whole", async (what, when) => {
    const app = express4().set("etag", false);
    const store = new (class extends session.MemoryStore {
      override set(id: string, data: session.SessionData, done?: (error?: unknown) => void): void {
        setTimeout(() => super.set(id, data, done), 20);
      }
    })();
    app.use(session({ secret: "s", resave: true, saveUninitialized: true, store }));
    app.use(judge());
    app.get("/", handlers[when]!(more[what]!));
    app.get("/next", (_, res) => void res.send("next"));
    await serving(app as unknown as RequestListener, async (port) => {
      const connection = await connect(port);
      for (const [status, line] of [
        [412, ["If-Match", '"v0"']],
        [304, ["If-None-Match", '"v1"']],
      ] as const) {
        expect((await connection.ask("GET", "/", [line])).status).toBe(status);
        expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      }
      connection.close();
    });
  });
});
