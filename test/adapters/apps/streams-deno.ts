import { conditional } from "@entity-tag/deno";
import { handler } from "./streams.ts";

declare const Deno: {
  serve(options: { port: number }, handler: (request: Request, info: never) => unknown): unknown;
};

Deno.serve({ port: 0 }, conditional(handler));
