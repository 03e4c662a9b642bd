import { createServer } from "node:http";
import { conditional } from "@entity-tag/koa";
import Koa, { type Middleware } from "koa";
import { countedRuns } from "./handlers.ts";
import { announce } from "./node-handlers.ts";
import { pages, policies } from "./plugin-pages.ts";

const guards = new Map<string, Middleware>([["/late/greeting", conditional()]]);
for (const { early, policy, paths } of policies) {
  const guard = early
    ? conditional({ current: ({ path }) => pages.get(path)?.state, ...policy })
    : conditional({ tag: false, ...policy });
  for (const path of paths) guards.set(path, guard);
}

const app = new Koa();
app.use((ctx, next) => {
  ctx.set(pages.get(ctx.path)?.before ?? {});
  const guard = guards.get(ctx.path);
  return guard === undefined ? next() : guard(ctx, next);
});
app.use((ctx) => {
  const page = pages.get(ctx.path);
  if (page === undefined) {
    ctx.body = countedRuns();
    return;
  }
  const { status, headers, body } = page.handle(ctx.req.headers.range);
  ctx.status = status;
  ctx.set(headers);
  ctx.body = body;
});

announce(createServer(app.callback()));
