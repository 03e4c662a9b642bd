import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { runtimes } from "../../adapters/bed/server.ts";
import { handler } from "./runtimes/handler.ts";
import { expected } from "./runtimes/reads.ts";
import { servers } from "./server.ts";

const open = servers();
afterEach(open.close);

it.each(["node", "deno", "bun"] as const)("conditionalFetch remembers reads on %s", async (name) => {
  const server = await open.serve(handler);
  const [program = "", ...args] = runtimes[name];
  const cwd = `${import.meta.dirname}/runtimes`;
  const { stdout } = await promisify(execFile)(program, [...args, "program.ts", server.url], { cwd });
  const { events, ...results } = JSON.parse(stdout);
  expect(results).toEqual({ ...expected, relative: "TypeError" });
  expect(events.filter((event: string) => event === "fwd=stale; fwd-status=304").length).toBe(9);
  expect(server.seen.filter(({ url }) => url === "/slow").length).toBe(1);
});
