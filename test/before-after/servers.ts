import { randomUUID } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { versionTag } from "@entity-tag/core";
import { conditional as conditionalFetch, checkPreconditions as judgeRequest } from "@entity-tag/core/fetch";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { buildNext } from "../adapters/bed/next-build.ts";
import { root, runtimes, start } from "../adapters/bed/server.ts";
import { newPage, type Page, save } from "./next/page.ts";

/** The same application as in its framework's documentation, and with this project, by the head of its column. */
const onNode: Record<string, (page: Page) => RequestListener> = {
  "`hono/etag`": (page) => {
    const app = new Hono()
      .use(etag())
      .get("/", (c) => c.text(page.text))
      .put("/", async (c) => {
        save(page, await c.req.text());
        return c.body(null, 204);
      });
    return getRequestListener(app.fetch);
  },
  "Hono with us": (page) => {
    const tag = () => versionTag(page.version);
    const app = new Hono()
      .get("/", (c) => c.text(page.text, 200, { ETag: tag() }))
      .put("/", async (c) => {
        const text = await c.req.text();
        const refusal = judgeRequest(c.req.raw, { etag: tag() }, { require: true });
        if (refusal) return refusal;
        save(page, text);
        return c.body(null, 204, { ETag: tag() });
      });
    return getRequestListener(conditionalFetch(app.fetch));
  },
  Express: (page) => {
    const app = express();
    app.get("/", (_req, res) => void res.type("text").send(page.text));
    app.put("/", express.text(), (req, res) => {
      save(page, req.body);
      res.status(204).end();
    });
    return app;
  },
  "Express with us": (page) => {
    const tag = () => versionTag(page.version);
    const app = express().set("etag", false).use(conditional());
    app.get("/", (_req, res) => void res.type("text").set("ETag", tag()).send(page.text));
    app.put("/", express.text(), (req, res) => {
      if (checkPreconditions(req, res, { etag: tag() }, { require: true })) return;
      save(page, req.body);
      res.status(204).set("ETag", tag()).end();
    });
    return app;
  },
};

/** An application of the comparison. */
export interface Server {
  /** The head of its column. */
  name: string;
  /** Opens a page that no request has touched. */
  open(): Promise<{ url: string; close(): void }>;
}

/** Starts every application. Next needs a build, and then serves all of its pages from one process. */
export async function startServers(): Promise<{ servers: Server[]; stop(): void }> {
  const next = await startNext();
  const servers = Object.entries(onNode).map(([name, app]) => ({ name, open: () => listen(app(newPage())) }));
  const pageBelow = (path: string) => async () => {
    return { url: `http://localhost:${next.port}/${path}/${randomUUID()}`, close: () => {} };
  };
  servers.push(
    { name: "Next", open: pageBelow("plain") },
    { name: "Next with us", open: pageBelow("with-us") },
  );
  return { servers, stop: next.stop };
}

async function startNext() {
  const folder = `${root}/test/before-after/next`;
  await buildNext(folder, [
    "test/before-after/next/**/*.ts",
    "packages/{core,next}/dist/*.js",
    "test/package.json",
  ]);
  return start([...runtimes.next, folder]);
}

async function listen(app: RequestListener): Promise<{ url: string; close(): void }> {
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
