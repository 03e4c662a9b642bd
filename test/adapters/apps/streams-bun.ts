import { conditional, routes } from "@entity-tag/bun";
import { handler } from "./streams.ts";

type Fetch = (request: Request, server: never) => unknown;
declare const Bun: { serve(options: { port: number; fetch: Fetch; routes: object }): { port: number } };

const { port } = Bun.serve({
  port: 0,
  fetch: conditional(handler),
  routes: routes({ "/routes/:kind": handler }),
});
console.log(`http://localhost:${port}`);
