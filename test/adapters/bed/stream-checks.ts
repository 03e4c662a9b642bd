import { expect, it } from "vitest";
import { size } from "../apps/streams.ts";
import { type Answer, type Connection, http1 } from "./connection.ts";

/** How requests are sent, if not by `fetch` and HTTP/1.1, and the output of the server. */
export interface Speaking {
  get?: (url: string, init?: RequestInit) => Promise<Response>;
  connect?: (port: number) => Promise<Connection>;
  output?: () => string;
  /** The checks that are known to fail. */
  gaps?: readonly StreamCheck[];
}

/** The checks that a runtime may be unable to pass. */
export type StreamCheck = "a connection serves the next request after a 304 in place of an endless stream";

/**
 * Each request has its own connection. `fetch` would reuse one that was idle while 32 MB arrived on another. A server
 * of Node closes it after five seconds, and `fetch` does not ask again.
 */
const getByHttp1 = (url: string, { headers, ...init }: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, headers: { ...headers, Connection: "close" } as Record<string, string> });

/** The requirements for bodies that are long, late or broken, wherever the programs of `apps/streams.ts` run. */
export function expectStreams(
  base: () => string,
  { get: ask = getByHttp1, connect = http1, output, gaps = [] }: Speaking = {},
): void {
  const get = (kind: string, init?: RequestInit) => ask(`${base()}/${kind}`, init);
  const check = (name: StreamCheck, test: () => Promise<void>) =>
    (gaps.includes(name) ? it.fails : it)(name, test);
  const hasEnded = async () => (await get("ended")).json();

  /** One connection, which answers one request after the other. */
  async function connected<T>(
    use: (ask: (kind: string, condition?: string) => Promise<Answer>) => Promise<T>,
  ) {
    const { port, pathname } = new URL(base());
    const connection = await connect(Number(port));
    const get = (kind: string, condition?: string) =>
      connection.ask({
        method: "GET",
        path: `${pathname === "/" ? "" : pathname}/${kind}`,
        headers: condition === undefined ? [] : [["If-None-Match", condition]],
      });
    return use(get).finally(connection.close);
  }

  it.each(["sse", "sse-with-length"])(
    "the first event of %s arrives before the second one is made",
    async (kind) => {
      const response = await get(kind);
      expect(response.headers.get("ETag")).toBeNull();
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader.read()).value).toBe("data: first\n\n");
      await get("release");
      expect((await reader.read()).value).toBe("data: second\n\n");
      expect((await reader.read()).done).toBe(true);
    },
  );

  it("server-sent events that end at once get no tag from their content", async () => {
    const response = await get("sse-whole");
    expect(response.headers.get("ETag")).toBeNull();
    expect(await response.text()).toBe("data: only\n\n");
  });

  it.each([{}, { range: "bytes=0-" }])("a client that leaves ends the source (%j)", async (headers) => {
    const client = new AbortController();
    const response = await get("endless", { signal: client.signal, headers });
    await response.body!.getReader().read();
    expect(await hasEnded()).toBe(false);
    client.abort();
    await expect.poll(hasEnded, { timeout: 10_000 }).toBe(true);
  });

  it("If-None-Match: * on a stream gets a 304 at once, and ends the source", async () => {
    const answer = await connected((ask) => soon(ask("endless", "*")));
    expect([answer.status, answer.body]).toEqual([304, ""]);
    await expect.poll(hasEnded, { timeout: 10_000 }).toBe(true);
  });

  check("a connection serves the next request after a 304 in place of an endless stream", async () => {
    const next = await connected(async (ask) => {
      await soon(ask("endless", "*"));
      return soon(ask("release"));
    });
    expect(next.body).toBe("released");
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

  it("the client sees that a body broke off, and the server goes on", async () => {
    const response = await get("broken");
    // A runtime that waits a short time before it sends the head can still send a 500.
    if (response.ok) await expect(response.text()).rejects.toThrow();
    else expect(response.status).toBe(500);
    expect(await (await get("release")).text()).toBe("released");
  });

  it("1,000 requests on one connection keep no memory", async () => {
    await connected(async (ask) => {
      const kinds = ["small", "small-tagged", "small-stream"];
      const tags = new Map<string, string>();
      for (const kind of kinds) tags.set(kind, fieldOf(await ask(kind), "etag"));
      const round = async (requests: number) => {
        for (let i = 0; i < requests; i++) {
          const kind = kinds[i % kinds.length]!;
          const isFresh = i % 2 === 0;
          const { status, body } = await ask(kind, isFresh ? tags.get(kind) : undefined);
          expect([status, body.length]).toEqual(isFresh ? [304, 0] : [200, 1_000]);
        }
      };
      // The second collection frees objects that were released during the first.
      const held = async () => [await ask("held"), await ask("held")].map(({ body }) => Number(body))[1]!;
      await round(200);
      const before = await held();
      await round(800);
      // 800 answers kept alive would be some 4 MB at the least.
      expect((await held()) - before).toBeLessThan(2_000_000);
    });
    expect(output?.() ?? "").not.toContain("MaxListeners");
  });
}

const whole = Buffer.alloc(size, 7);

async function isWhole(response: Response): Promise<boolean> {
  return whole.equals(Buffer.from(await response.arrayBuffer()));
}

const fieldOf = ({ headers }: Answer, name: string): string =>
  headers.find(([candidate]) => candidate === name)?.[1] ?? "";

const soon = <T>(promise: Promise<T>): Promise<T> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) => setTimeout(() => reject(new Error("not at once")), 1_500)),
  ]);
