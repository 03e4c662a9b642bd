import { conditionalFetch, isNotModified, read, remove, stamped, update } from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { afterEach, describe, expect, it } from "vitest";
import { type DocumentServer, documentServer } from "./document-server.ts";

interface Counter {
  n: number;
}

let server: DocumentServer;
afterEach(() => server.close());

const increment = (counter: Counter) => ({ ...counter, n: counter.n + 1 });
const fresh = { show: (_: unknown, etag: string) => ({ headers: { etag, "cache-control": "max-age=600" } }) };

describe("update over a conditionalFetch", () => {
  it("update does not use a kept answer after a refusal, even if it is fresh", async () => {
    server = await documentServer({ n: 1 }, fresh);
    const fetch = conditionalFetch({ fresh: rfc9111() });
    await read<Counter>(server.url, { fetch });
    server.write({ n: 10 });
    const result = await update<Counter>(server.url, increment, { fetch, backoff: () => 1 });
    expect(result).toMatchObject({ value: { n: 11 }, attempts: 2 });
    // The first read of update came from the store; the second one did not.
    expect(server.methods()).toEqual(["GET", "PUT", "GET", "PUT"]);
    expect(server.log[2]!.headers).not.toHaveProperty("if-none-match");
  });

  it("update reads the value that was written, and not the kept one", async () => {
    server = await documentServer({ n: 1 }, fresh);
    const fetch = conditionalFetch({ fresh: rfc9111() });
    await update<Counter>(server.url, increment, { fetch });
    expect((await read<Counter>(server.url, { fetch })).value).toEqual({ n: 2 });
    await remove(server.url, { fetch });
    expect((await fetch(server.url)).status).toBe(404);
  });

  it("a read that is answered 304 returns the kept value and tag", async () => {
    server = await documentServer(
      { n: 1 },
      { fault: ({ headers }) => (headers["if-none-match"] === '"v1"' ? { status: 304 } : undefined) },
    );
    const answers: Response[] = [];
    const remembering = conditionalFetch();
    const fetch = async (...args: Parameters<typeof globalThis.fetch>) => {
      const answer = await remembering(...args);
      answers.push(answer);
      return answer;
    };
    const first = await read<Counter>(server.url, { fetch });
    expect(await read<Counter>(server.url, { fetch })).toEqual(first);
    expect(answers.map((answer) => isNotModified(answer))).toEqual([false, true]);
  });
});

describe("update over a pool of one connection", () => {
  it("update reads or drops each answer, so that the next request gets the connection", async () => {
    server = await documentServer(
      { n: 0 },
      {
        fault: ({ method, nth }) => {
          if (method === "GET") return undefined;
          const body = "x".repeat(nth % 7 === 0 ? 200_000 : 1_000);
          return nth % 3 === 0 ? undefined : { status: nth % 3 === 1 ? 412 : 503, body };
        },
      },
    );
    const { Agent, fetch: undiciFetch } = await import("undici");
    const dispatcher = new Agent({ connections: 1, pipelining: 1 });
    const fetch = (input: string | URL | Request, init?: RequestInit) =>
      undiciFetch(String(input), { ...init, dispatcher } as never) as unknown as Promise<Response>;
    for (let i = 0; i < 40; i++) {
      await update<Counter>(server.url, increment, { fetch, backoff: () => 0, timeout: 5000 }).catch(
        () => {},
      );
    }
    expect(server.connections()).toBeLessThanOrEqual(1);
    await dispatcher.close();
  });
});

it("update over a fetch with retries of its own makes a stamped write once, because it is recognised after the 412", async () => {
  server = await documentServer(
    { n: 1 },
    { fault: ({ method, nth }) => (method === "PUT" && nth === 1 ? "lost after" : undefined) },
  );
  const remembering = conditionalFetch();
  const fetch = (...args: Parameters<typeof globalThis.fetch>) =>
    remembering(...args).catch(() => remembering(...args));
  const result = await update<Counter>(server.url, stamped(increment), { fetch, backoff: () => 1 });
  expect(result).toMatchObject({ status: "updated", value: { n: 2 }, attempts: 1 });
  expect(server.methods()).toEqual(["GET", "PUT", "PUT", "GET"]);
});
