import { createServer } from "node:http";
import Koa from "koa";
import conditional from "koa-conditional-get";
import etag from "koa-etag";
import { announce, answerOf, countOf } from "./page.ts";

const app = new Koa();
app.use(conditional());
app.use(etag());
app.use((ctx) => {
  if (ctx.path.startsWith("/count/")) {
    ctx.body = countOf(ctx.path);
    return;
  }
  const { status, headers, body } = answerOf(ctx.path);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
});

announce(createServer(app.callback()));
