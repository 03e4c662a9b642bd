// restify has no types. This declares the parts that are used.
declare module "restify" {
  // biome-ignore lint/suspicious/noExplicitAny: methods by name
  const restify: { createServer(): any; plugins: { conditionalRequest(): unknown } };
  export default restify;
}
declare module "koa-conditional-get" {
  import type { Middleware } from "koa";
  export default function conditional(): Middleware;
}
declare module "koa-etag" {
  import type { Middleware } from "koa";
  export default function etag(): Middleware;
}
