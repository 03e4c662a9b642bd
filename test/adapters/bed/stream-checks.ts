import { expect, it } from "vitest";
import { size } from "../apps/streams.ts";

/** What must hold of bodies that are long, late or broken, wherever the programs of `apps/streams.ts` run. */
export function expectStreams(base: () => string): void {
  const get = (kind: string, init?: RequestInit) => fetch(`${base()}/${kind}`, init);

  it("the first server-sent event arrives before the second one is made", async () => {
    const response = await get("sse");
    expect(response.headers.get("ETag")).toBeNull();
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toBe("data: first\n\n");
    await get("release");
    expect((await reader.read()).value).toBe("data: second\n\n");
    expect((await reader.read()).done).toBe(true);
  });

  it("a client that goes away ends the source", async () => {
    const client = new AbortController();
    const response = await get("endless", { signal: client.signal });
    await response.body!.getReader().read();
    client.abort();
    await expect.poll(async () => (await get("ended")).json(), { timeout: 10_000 }).toBe(true);
  });

  it.each(["big", "big-stream"])("32 MB arrive whole, untagged (%s)", async (kind) => {
    const response = await get(kind);
    expect(response.headers.get("ETag")).toBeNull();
    expect(await isWhole(response)).toBe(true);
  });

  it("32 MB with a tag arrive whole, and are not sent again", async () => {
    const response = await get("big-tagged");
    expect(response.headers.get("ETag")).toContain('"big');
    expect(await isWhole(response)).toBe(true);
    const again = await get("big-tagged", { headers: { "If-None-Match": response.headers.get("ETag")! } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  });

  it("a body that breaks is not taken for a whole one, and the server goes on", async () => {
    const response = await get("broken");
    // Where the runtime waits a moment before it sends the head, it is still in time to say 500.
    if (response.ok) await expect(response.text()).rejects.toThrow();
    else expect(response.status).toBe(500);
    expect(await (await get("release")).text()).toBe("released");
  });
}

const whole = Buffer.alloc(size, 7);

async function isWhole(response: Response): Promise<boolean> {
  return whole.equals(Buffer.from(await response.arrayBuffer()));
}
