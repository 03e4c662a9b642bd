import { conditional } from "@entity-tag/core/fetch";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { handler } from "./streams.ts";

const app = new Hono().all("/*", (c) => handler(c.req.raw));

serve({ fetch: conditional(app.fetch), port: 0 }, ({ port }) => console.log(`http://localhost:${port}`));
