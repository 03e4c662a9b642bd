import { conditional } from "@entity-tag/bun";
import { Elysia } from "elysia";
import { handler } from "./streams.ts";

declare const Bun: { serve(options: { port: number; fetch: unknown }): { port: number } };

const app = new Elysia().get("/*", ({ request }) => handler(request));

const { port } = Bun.serve({ port: 0, fetch: conditional(app.fetch) });
console.log(`http://localhost:${port}`);
