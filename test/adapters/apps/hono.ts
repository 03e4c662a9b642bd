import { conditional } from "@entity-tag/core/fetch";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { guardedRows, report } from "./fetch-handlers.ts";

const guarded = guardedRows(conditional);
const app = new Hono();
app.all("/:mode/:row", (c) => guarded[c.req.path]!(c.req.raw));
app.get("/runs", report);

serve({ fetch: app.fetch, port: 0 }, ({ port }) => console.log(`http://localhost:${port}`));
