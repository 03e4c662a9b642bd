import { createServer } from "node:http";
import { conditional } from "@entity-tag/node";
import express from "express";
import { countedRuns } from "./handlers.ts";
import { announce, businesses } from "./node-handlers.ts";

/** Express as it comes, its own etag setting included; always behind `conditional()`, which its freshness check is left to. */
const app = express();
const routers = new Map<string, express.Router>();

for (const [path, { around, before, isAnswered, handle }] of businesses) {
  const isEarly = path.startsWith("/early/");
  const router = express.Router().use(isEarly ? conditional({ tag: false }) : around, (request, response) => {
    response.set(before);
    if (isAnswered(request, response)) return;
    const { status, headers, body } = handle(request);
    response.status(status).set(headers).send(body);
  });
  routers.set(path, router);
}
app.all("/:mode/:row", (request, response, next) => routers.get(request.path)!(request, response, next));
app.get("/runs", (_, response) => void response.send(countedRuns()));

announce(createServer(app));
