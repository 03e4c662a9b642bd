import { afterAll, beforeAll, describe, vi } from "vitest";
import { getByHttp2, http2 } from "./bed/http2-connection.ts";
import { apps, runtimes, type Server, start } from "./bed/server.ts";
import { expectStreams, type Speaking } from "./bed/stream-checks.ts";
import { streamGaps } from "./gaps.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Program {
  name: string;
  command: readonly string[];
  bases: readonly string[];
  speaking?: Speaking;
}

const onNode = (name: string, speaking?: Speaking): Program => ({
  name,
  command: [...runtimes.node, `${apps}/streams-node.ts`, name],
  bases: ["/fetch"],
  ...(speaking && { speaking }),
});

const over = (runtime: "node" | "deno" | "bun", app: string, name: string, bases = ["/fetch"]): Program => ({
  name,
  command: [...runtimes[runtime], `${apps}/streams-${app}.ts`],
  bases,
});

/** Next's are in next.test.ts. */
const programs: readonly Program[] = [
  onNode("node:http"),
  onNode("node:http2", { get: getByHttp2, connect: http2 }),
  onNode("Express"),
  onNode("Connect"),
  onNode("Polka"),
  onNode("Fastify"),
  onNode("Koa"),
  over("deno", "deno", "Deno.serve"),
  over("bun", "bun", "Bun.serve", ["/fetch", "/routes"]),
  over("node", "hono", "Hono"),
  over("node", "h3", "h3"),
  over("bun", "elysia", "Elysia"),
];

describe.each(programs)("Streams through $name", ({ name, command, bases, speaking }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start(command);
  });
  afterAll(() => server?.stop());

  describe.each(bases)("%s", (base) => {
    expectStreams(() => `http://localhost:${server.port}${base}`, {
      ...speaking,
      output: () => server.output(),
      gaps: streamGaps.filter(({ targets }) => targets.includes(name)).map(({ check }) => check),
    });
  });
});
