import { createServer } from "node:http";
import { conditional } from "@entity-tag/core/fetch";
import Koa from "koa";
import { guardedRows, report } from "./fetch-handlers.ts";
import { announce } from "./node-handlers.ts";
import { toRequest } from "./node-request.ts";

const guarded = guardedRows(conditional);
const app = new Koa();
app.use(async (context) => {
  context.body = (await guarded[context.path]?.(toRequest(context.req))) ?? report();
});

announce(createServer(app.callback()));
