import { conditional } from "@entity-tag/core/fetch";
import { serve } from "srvx";
import { odd } from "./odd-bodies.ts";

const handlers = odd(conditional as never);

const server = serve({
  fetch: (request) => handlers[new URL(request.url).pathname]!(request as never) as Response,
  error: () => new Response("an error", { status: 500 }),
  port: 0,
  silent: true,
});
await server.ready();
console.log(server.url);
