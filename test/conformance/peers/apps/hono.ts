import { serve } from "@hono/node-server";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { answerOf, countOf } from "./page.ts";

const app = new Hono();
app.use("/rows/*", etag());
app.all("/rows/:id", (c) => {
  const { status, headers, body } = answerOf(c.req.path);
  return new Response(body, { status, headers });
});
app.get("/count/:id", (c) => c.text(countOf(c.req.path)));

serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
  console.log(`http://127.0.0.1:${port}`),
);
