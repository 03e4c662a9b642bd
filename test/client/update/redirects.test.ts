import { HttpError, read, remove, update } from "@entity-tag/client";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "../fetch/server.ts";

const open = servers();
afterEach(open.close);

const headers = { Authorization: "Bearer secret", Cookie: "session=secret" };
interface Counter {
  n: number;
}
const increment = ({ n }: Counter) => ({ n: n + 1 });

/** Two origins. The first redirects every request to the second, which would accept every write. */
async function twoOrigins() {
  const other = await open.serve((req, res) => {
    if (req.method !== "GET") return res.writeHead(204).end();
    return res.writeHead(200, { ETag: '"v1"', "Content-Type": "application/json" }).end('{"n":1}');
  });
  const own = await open.serve((_, res) => res.writeHead(302, { Location: `${other.url}/elsewhere` }).end());
  return { own, other };
}

describe("update after a read that is redirected to another origin", () => {
  it("update writes only to the url that the caller gave, so that the other origin gets no credential", async () => {
    const { own, other } = await twoOrigins();
    const error = await update<Counter>(own.url, increment, { headers }).catch((error) => error);
    expect(error).toBeInstanceOf(HttpError);
    expect(error.message).toContain(`a redirect to ${other.url}/elsewhere. A write does not follow it`);
    expect(other.seen.map(({ method, headers }) => [method, headers.authorization, headers.cookie])).toEqual([
      ["GET", undefined, undefined],
    ]);
  });

  it("update writes only there from a Snapshot, too", async () => {
    const { own, other } = await twoOrigins();
    const opened = await read<Counter>(own.url, { headers });
    expect([opened.url, opened.value]).toEqual([own.url, { n: 1 }]);
    await expect(update(opened, increment, { headers })).rejects.toThrow("A write does not follow it");
    await expect(remove(opened, { headers })).rejects.toThrow("A write does not follow it");
    expect(other.seen.map(({ method }) => method)).toEqual(["GET"]);
  });
});

it("a chain of redirects within one origin ends where the value is written", async () => {
  const server = await open.serve((req, res) => {
    const next = { "/a": "/b", "/b": "/c" }[req.url!];
    if (next && req.method === "GET") return res.writeHead(307, { Location: next }).end();
    if (req.method === "GET") return res.writeHead(200, { ETag: '"v1"' }).end('{"n":1}');
    return res.writeHead(req.headers["if-match"] === '"v1"' ? 204 : 412, { ETag: '"v2"' }).end();
  });
  const saved = await update<Counter>(`${server.url}/a`, increment, { headers });
  expect([saved.url, saved.value, saved.etag]).toEqual([`${server.url}/c`, { n: 2 }, '"v2"']);
  expect(server.seen.at(-1)).toMatchObject({ method: "PUT", url: "/c" });
});
