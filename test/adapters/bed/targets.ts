import { type Connection, http1 } from "./connection.ts";
import { http2 } from "./http2-connection.ts";
import { fixture } from "./next-build.ts";
import { apps, runtimes } from "./server.ts";

export type Connect = (port: number) => Promise<Connection>;

/** A server that must answer every row. */
export interface Target {
  name: string;
  command: readonly string[];
  connect: Connect;
  /** Where on the server the rows are. */
  base: string;
}

const over = (
  runtime: "node" | "deno" | "bun",
  app: string,
  name: string,
  connect: Connect = http1,
): Target => ({
  name,
  command: [...runtimes[runtime], `${apps}/${app}.ts`],
  connect,
  base: "",
});

export const targets: readonly Target[] = [
  over("node", "node-http", "node:http"),
  over("node", "node-http2", "node:http2", http2),
  over("node", "express", "Express"),
  over("node", "express-files", "Express with files"),
  over("node", "connect", "Connect"),
  over("node", "polka", "Polka"),
  over("deno", "deno", "Deno.serve"),
  over("bun", "bun-fetch", "Bun.serve fetch"),
  over("bun", "bun-routes", "Bun.serve routes"),
  over("node", "hono", "Hono"),
  over("node", "h3", "h3"),
  over("bun", "elysia", "Elysia"),
  over("node", "fastify", "Fastify"),
  over("node", "koa", "Koa"),
  over("node", "fastify-plugin", "@entity-tag/fastify"),
  over("node", "koa-middleware", "@entity-tag/koa"),
];

/** One server; Next runs each file on the runtime that it names. */
export const nextTargets: readonly Target[] = [
  { name: "Next on Node", command: [...runtimes.next, fixture], connect: http1, base: "/node" },
  { name: "Next on edge", command: [...runtimes.next, fixture], connect: http1, base: "/edge" },
];
