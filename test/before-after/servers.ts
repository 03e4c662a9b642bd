import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { versionTag } from "@entity-tag/core";
import { conditional as conditionalFetch, checkPreconditions as judgeRequest } from "@entity-tag/core/fetch";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { getRequestListener } from "@hono/node-server";
import express from "express";
import { Hono } from "hono";
import { etag } from "hono/etag";

/** The application that every column has: one page that can be read and saved. */
interface Page {
  version: number;
  text: string;
}

/** The same application as its framework's documentation writes it, and with us. The key is the head of its column. */
export const servers: Record<string, (page: Page) => RequestListener> = {
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

function save(page: Page, text: string): void {
  page.text = text;
  page.version++;
}

export interface Started {
  url: string;
  page: Page;
  stop(): void;
}

export async function startServer(name: string): Promise<Started> {
  const page = { version: 1, text: "The same words, again and again. ".repeat(30) };
  const server = createServer(servers[name]!(page));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, page, stop };
}
