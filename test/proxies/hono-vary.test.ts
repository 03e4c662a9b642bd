// §15.4.5: a 304 has the Vary of its 200. The guide says where a layer must stand beside Hono's compress.
import { conditional, conditionalResponse } from "@entity-tag/core/fetch";
import { getRequestListener } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { expect, it } from "vitest";
import { ask, GZIP } from "./ask.ts";
import { listen } from "./origin.ts";

const page = (...layers: MiddlewareHandler[]) => {
  const app = new Hono();
  for (const layer of layers) app.use(layer);
  return app.get("/", (c) => c.text("many words, ".repeat(300), 200, { ETag: '"v1"' }));
};
const hook: MiddlewareHandler = async (c, next) => {
  await next();
  const response = await conditionalResponse(c.req.raw, c.res);
  c.res = undefined;
  c.res = response;
};
const current = () => ({ etag: '"v1"' as const });
const headers = { Vary: "Accept-Encoding" };

it.each(
  Object.entries({
    "conditional around the app": conditional(page(compress()).fetch),
    "a hook in front of it": page(hook, compress()).fetch,
    "current, with the field as an option": conditional(page(compress()).fetch, { current, headers }),
  }),
)("a 304 beside Hono's compress has the Vary of its 200: %s", async (_, handler) => {
  const { url, stop } = await listen(getRequestListener(handler as (request: Request) => Promise<Response>));
  const full = await ask(url, "GET", GZIP);
  const again = await ask(url, "GET", { ...GZIP, "If-None-Match": full.headers.etag! });
  await stop();
  expect([full.status, full.headers["content-encoding"], full.headers.etag]).toEqual([200, "gzip", 'W/"v1"']);
  expect([again.status, again.headers.vary]).toEqual([304, full.headers.vary]);
});
