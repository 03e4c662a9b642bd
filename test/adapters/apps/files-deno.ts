import { conditional } from "@entity-tag/deno";
import { Hono } from "hono";
import { serveStatic } from "hono/deno";

declare const Deno: {
  open(path: string): Promise<{ readable: ReadableStream }>;
  serve(options: { port: number }, handler: (request: Request, info: never) => unknown): unknown;
};

const file = new URL("directory/note.txt", import.meta.url).pathname;

/** One file, as programs send it without a length, and a text, which is complete at once. */
const app = new Hono()
  .get("/stream", async () => new Response((await Deno.open(file)).readable))
  .get("/coded", async () => {
    const { readable } = await Deno.open(file);
    return new Response(readable.pipeThrough(new CompressionStream("gzip")));
  })
  .get("/static", serveStatic({ path: file }))
  .get("/text", (c) => c.text("hello"));

const handler = conditional((request) => app.fetch(request));

Deno.serve({ port: 0 }, (request, info) => handler(request as never, info));
