import { answer } from "./pages.ts";

declare const Deno: {
  serve(
    options: { port: number; hostname: string },
    handler: (request: Request) => Promise<Response>,
  ): unknown;
};

Deno.serve({ port: 0, hostname: "127.0.0.1" }, answer);
