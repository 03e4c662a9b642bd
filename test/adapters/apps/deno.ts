import { conditional } from "@entity-tag/deno";
import { guardedRows, report } from "./fetch-handlers.ts";

declare const Deno: {
  serve(options: { port: number }, handler: (request: Request, info: never) => unknown): unknown;
};

const guarded = guardedRows(conditional);

Deno.serve(
  { port: 0 },
  (request, info) => guarded[new URL(request.url).pathname]?.(request, info) ?? report(),
);
