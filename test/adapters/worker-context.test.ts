// workerd gives a handler `cf` and `ctx.waitUntil` beside the request. Here the body is streamed, too.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startWorker } from "./bed/worker.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let worker: Awaited<ReturnType<typeof startWorker>>;
beforeAll(async () => {
  worker = await startWorker("worker-context");
});
afterAll(() => worker?.stop());

const ask = (path: string, init: RequestInit = {}) => fetch(`http://localhost:${worker.port}/${path}`, init);
const counts = async () => (await (await ask("counts")).json()) as Record<string, number>;

describe.each(["late", "finished", "early"])("A worker with a streamed answer, judged %s,", (way) => {
  it("streams the body whole, under the tag that it made of request.cf", async () => {
    const response = await ask(way);
    expect([response.status, response.headers.get("ETag")]).toEqual([200, '"NZ"']);
    expect(await response.text()).toBe("part 0;part 1;part 2;");
  });

  it("finishes the tasks that ctx.waitUntil was given, also after a 304 and a 412", async () => {
    for (const [conditions, status] of [
      [{}, 200],
      [{ "If-None-Match": '"NZ"' }, 304],
      [{ "If-Match": '"AU"' }, 412],
    ] as const) {
      const before = await counts();
      const response = await ask(way, { headers: conditions });
      expect([response.status, response.headers.get("ETag")]).toEqual([status, '"NZ"']);
      await response.text();
      // With `current`, the handler does not run for a 304 or a 412.
      const tasks = way === "early" && status === 200 ? 2 : 1;
      await expect
        .poll(counts)
        .toMatchObject({ started: before.started! + tasks, done: before.done! + tasks });
    }
  });

  it("cancels the source of an answer that is replaced, and answers HEAD as GET", async () => {
    const { canceled } = await counts();
    const response = await ask(way, { method: "HEAD", headers: { "If-None-Match": '"NZ"' } });
    expect([response.status, response.headers.get("ETag")]).toEqual([304, '"NZ"']);
    await expect.poll(counts).toMatchObject({ canceled: canceled! + (way === "early" ? 0 : 1) });
  });

  it("goes on after a client that left in the middle of a body", async () => {
    const client = new AbortController();
    const response = await ask(way, { signal: client.signal });
    await response.body!.getReader().read();
    client.abort();
    expect(await (await ask(way)).text()).toBe("part 0;part 1;part 2;");
  });
});
