import { afterAll, beforeAll, describe, expect, vi } from "vitest";
import { expectSeen, type Platform } from "./bed/seen-checks.ts";
import { apps, runtimes, start } from "./bed/server.ts";
import { startWorker } from "./bed/worker.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

type Launch = () => Promise<{ port: number; stop(): unknown }>;
const program =
  (runtime: "node" | "deno" | "bun", app: string): Launch =>
  () =>
    start([...runtimes[runtime], `${apps}/${app}.ts`]);

const address = expect.stringMatching(/127\.0\.0\.1|::1/);
// Bun knows the address of its own request only, not of a copy.
const ofCopy = { address: "not known" };

/** Next is in next.test.ts. */
const platforms: readonly (Platform & { name: string; launch: Launch })[] = [
  { name: "Deno.serve", base: "", members: { transport: "tcp" }, launch: program("deno", "seen-deno") },
  { name: "Bun.serve fetch", base: "", members: { address }, ofCopy, launch: program("bun", "seen-bun") },
  {
    name: "Bun.serve routes",
    base: "/routes/home",
    members: { params: { page: "home" }, cookie: "1", address },
    ofCopy,
    launch: program("bun", "seen-bun"),
  },
  { name: "Hono on Node", base: "", members: {}, launch: program("node", "seen-hono") },
  {
    name: "h3 on Node",
    base: "",
    members: { ip: address, runtime: "node" },
    launch: program("node", "seen-h3"),
  },
  {
    name: "workerd",
    base: "",
    members: { country: "NZ", binding: "worker", waitUntil: "function" },
    launch: () => startWorker("seen-worker"),
  },
];

describe.each(platforms)("The requests of $name", ({ launch, ...platform }) => {
  let server: Awaited<ReturnType<Launch>>;
  beforeAll(async () => {
    server = await launch();
  });
  afterAll(() => server?.stop());

  expectSeen(() => server.port, platform);
});
