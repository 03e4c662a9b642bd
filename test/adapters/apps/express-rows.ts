import { createServer, type IncomingMessage } from "node:http";
import { conditional } from "@entity-tag/node";
import express, { type Request, type Response } from "express";
import { countedRuns, type Plain } from "./handlers.ts";
import { announce, businesses } from "./node-handlers.ts";

/** Sends the answer of the handler. `handle` gets the request in its own form. */
export type Send = (
  handle: (request: Pick<IncomingMessage, "headers">) => Plain,
  request: Request,
  response: Response,
) => void;

/** Express with its defaults, including its own etag setting, with every row behind `conditional()`. */
export function serveRowsOn(send: Send): void {
  const app = express();
  const routers = new Map<string, express.Router>();
  for (const [path, { around, before, isAnswered, handle }] of businesses) {
    const isEarly = path.startsWith("/early/");
    const router = express
      .Router()
      .use(isEarly ? conditional({ tag: false }) : around, (request, response) => {
        response.set(before);
        if (!isAnswered(request, response)) send(handle, request, response);
      });
    routers.set(path, router);
  }
  app.all("/:mode/:row", (request, response, next) => routers.get(request.path)!(request, response, next));
  app.get("/runs", (_, response) => void response.send(countedRuns()));
  announce(createServer(app));
}
