import { conditional } from "@entity-tag/bun";
import { odd } from "./odd-bodies.ts";

declare const Bun: { serve(options: object): { port: number } };

const handlers = odd(conditional as never);

const { port } = Bun.serve({
  port: 0,
  development: false,
  fetch: (request: Request, server: never) =>
    handlers[new URL(request.url).pathname]!(request as never, server),
});
console.log(`http://localhost:${port}`);
