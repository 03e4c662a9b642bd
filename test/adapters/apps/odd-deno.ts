import { conditional } from "@entity-tag/deno";
import { odd } from "./odd-bodies.ts";

declare const Deno: {
  serve(options: { port: number }, handler: (request: Request, info: never) => unknown): unknown;
};

const handlers = odd(conditional as never);

Deno.serve({ port: 0 }, (request, info) => handlers[new URL(request.url).pathname]!(request as never, info));
