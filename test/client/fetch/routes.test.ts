import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { conditionalFetch, memoryStore, type ResponseStore } from "@entity-tag/client";
import { sqliteStore } from "@entity-tag/client/sqlite";
import { Agent, fetch as fetchOfUndici } from "undici";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** Two servers with the same url and the same tag, behind two Unix sockets. */
let folder: string;
let close: () => void;
const agents: Agent[] = [];
const asked: (string | undefined)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "routes-"));
  const servers = ["a", "b"].map((name) =>
    createServer((req, res) => {
      asked.push(req.headers["if-none-match"]);
      if (req.headers["if-none-match"] === '"v1"') return res.writeHead(304, { ETag: '"v1"' }).end();
      return res.writeHead(200, { ETag: '"v1"' }).end(`of ${name}`);
    }).listen(join(folder, name)),
  );
  await Promise.all(servers.map((server) => once(server, "listening")));
  close = () => {
    for (const server of servers) server.close().closeAllConnections();
  };
});
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
  close();
  asked.splice(0);
  rmSync(folder, { recursive: true });
});

const agentTo = (name: string) => {
  const agent = new Agent({ connect: { socketPath: join(folder, name) } });
  agents.push(agent);
  return agent;
};
const reader = (store: ResponseStore) => {
  const remembering = conditionalFetch({ fetch: fetchOfUndici as unknown as typeof fetch, store });
  return async (dispatcher: Agent) =>
    (await remembering("http://localhost/", { dispatcher } as RequestInit)).text();
};

const stores: [string, () => ResponseStore][] = [
  ["memory", () => memoryStore()],
  ["SQLite", () => sqliteStore(new DatabaseSync(":memory:"))],
];

describe.each(stores)("conditionalFetch with answers in %s", (_, newStore) => {
  it("gives no answer of one dispatcher to a request of another one", async () => {
    const read = reader(newStore());
    const [a, b] = [agentTo("a"), agentTo("b")];
    expect(await Promise.all([read(a), read(b), read(a)])).toEqual(["of a", "of b", "of a"]);
    expect([await read(a), await read(b)]).toEqual(["of a", "of b"]);
    expect(asked.slice(-2)).toEqual(['"v1"', '"v1"']);
  });
});

it("conditionalFetch gives no answer of one Unix socket of Bun to a request of another one", async () => {
  const remembering = conditionalFetch({
    fetch: ((url: string, init: RequestInit & { unix: string }) =>
      fetchOfUndici(url, { ...init, dispatcher: agentTo(init.unix) } as never)) as unknown as typeof fetch,
  });
  const read = async (unix: string) =>
    (await remembering("http://localhost/", { unix } as RequestInit)).text();
  expect([await read("a"), await read("b"), await read("a")]).toEqual(["of a", "of b", "of a"]);
  expect(asked).toEqual([undefined, undefined, '"v1"']);
});
