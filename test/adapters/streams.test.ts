import { afterAll, beforeAll, describe, vi } from "vitest";
import { apps, runtimes, type Server, start } from "./bed/server.ts";
import { expectStreams } from "./bed/stream-checks.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const programs = [
  { name: "Deno.serve", command: [...runtimes.deno, `${apps}/streams-deno.ts`], bases: ["/fetch"] },
  { name: "Bun.serve", command: [...runtimes.bun, `${apps}/streams-bun.ts`], bases: ["/fetch", "/routes"] },
  {
    name: "core under Hono on Node",
    command: [...runtimes.node, `${apps}/streams-hono.ts`],
    bases: ["/fetch"],
  },
];

describe.each(programs)("Streams through $name", ({ command, bases }) => {
  let server: Server;
  beforeAll(async () => {
    server = await start(command);
  });
  afterAll(() => server?.stop());

  describe.each(bases)("%s", (base) => {
    expectStreams(() => `http://localhost:${server.port}${base}`);
  });
});
