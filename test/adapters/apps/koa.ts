import { createServer } from "node:http";
import Koa from "koa";
import { countedRuns } from "./handlers.ts";
import { announce, businesses } from "./node-handlers.ts";

const app = new Koa();
app.use((ctx, next) => {
  const { around } = businesses.get(ctx.path) ?? {};
  return around ? new Promise((resolve) => around(ctx.req, ctx.res, () => resolve(next()))) : next();
});
app.use((ctx) => {
  const business = businesses.get(ctx.path);
  if (business === undefined) {
    ctx.body = countedRuns();
    return;
  }
  ctx.set(business.before);
  ctx.respond = !business.isAnswered(ctx.req, ctx.res);
  if (!ctx.respond) return;
  const { status, headers, body } = business.handle(ctx.req);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
});

announce(createServer(app.callback()));
