import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, it } from "vitest";
import { runtimes } from "../../adapters/bed/server.ts";
import { handler } from "./runtimes/handler.ts";
import { expected, revalidations } from "./runtimes/reads.ts";
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
  expect(events.filter((event: string) => event === "fwd=stale; fwd-status=304").length).toBe(revalidations);
  expect(server.seen.filter(({ url }) => url === "/slow").length).toBe(1);
});

it.each(["deno", "bun"] as const)(
  "conditionalFetch gives no answer of one proxy to another on %s",
  async (name) => {
    const proxies = await Promise.all(
      ["a", "b"].map((text) =>
        open.serve((req, res) =>
          req.headers["if-none-match"] === '"1"'
            ? res.writeHead(304, { ETag: '"1"' }).end()
            : res.writeHead(200, { ETag: '"1"', "Content-Length": 1 }).end(text),
        ),
      ),
    );
    const [program = "", ...args] = runtimes[name];
    const cwd = `${import.meta.dirname}/runtimes`;
    const urls = proxies.map(({ url }) => url);
    const { stdout } = await promisify(execFile)(program, [...args, "routes.ts", ...urls], { cwd });
    expect(JSON.parse(stdout)).toEqual(["a", "b", "a", "a", "b", "a"]);
    expect(proxies.map((proxy) => proxy.statuses())).toEqual([
      [200, 304, 304],
      [200, 304],
    ]);
  },
);

it("conditionalFetch on Bun keeps coded and decoded answers of one url apart", async () => {
  const server = await open.serve(handler);
  const [program = "", ...args] = runtimes.bun;
  const cwd = `${import.meta.dirname}/runtimes`;
  const { stdout } = await promisify(execFile)(program, [...args, "undecoded.ts", `${server.url}/gzip`], {
    cwd,
  });
  const [coded, decoded, again] = JSON.parse(stdout);
  expect([decoded, again]).toEqual([600, coded]);
  expect(coded).toBeLessThan(600);
  expect(server.statuses()).toEqual([200, 200, 304]);
});
