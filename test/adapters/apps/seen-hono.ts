import { conditional } from "@entity-tag/core/fetch";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { seeing } from "./seen-requests.ts";

const handlers = seeing(() => ({}), conditional as never);
const app = new Hono();
app.all("/:way", (c) => handlers[c.req.param("way") as "late"](c.req.raw));

serve({ fetch: app.fetch, port: 0 }, ({ port }) => console.log(`http://localhost:${port}`));
