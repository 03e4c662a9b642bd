import { conditional } from "@entity-tag/bun";
import { guardedRows, report } from "./fetch-handlers.ts";

type Fetch = (request: Request, server: never) => unknown;
declare const Bun: { serve(options: { port: number; fetch: Fetch }): { port: number } };

const guarded = guardedRows(conditional);

const { port } = Bun.serve({
  port: 0,
  fetch: (request, server) => guarded[new URL(request.url).pathname]?.(request, server) ?? report(),
});
console.log(`http://localhost:${port}`);
