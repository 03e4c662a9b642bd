import { createServer } from "node:http";
import { conditional } from "@entity-tag/node";
import express from "express";
import { rows } from "../../rows.ts";
import { handle, isLate } from "./handlers.ts";
import { announce, early, report } from "./node-handlers.ts";

/** Express as it comes, its own etag setting and freshness check included. */
const app = express();
const routers = new Map<string, express.Router>();

for (const [index, row] of rows.entries()) {
  routers.set(`/early/${index}`, express.Router().use(...early(row, index)));
  if (!isLate(row)) continue;
  routers.set(
    `/late/${index}`,
    express.Router().use(conditional({ tag: false, ...row.policy }), (_, response) => {
      const { status, headers, body } = handle("late", index);
      response.status(status).set(headers).send(body);
    }),
  );
}
app.all("/:mode/:row", (request, response, next) => routers.get(request.path)!(request, response, next));
app.get("/runs", report);

announce(createServer(app));
