import { conditionalFetch, memoryStore, type ResponseStore } from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "./server.ts";

const open = servers();
afterEach(open.close);
const text = async (response: Promise<Response>) => (await response).text();
const FRESH = { "Cache-Control": "max-age=3600" };

/** Something that happens later, and a function that makes it happen. */
function later() {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happen, happened };
}

describe("an older answer does not come back", () => {
  it.each([
    ["turns out too long", async (response: Response) => void (await response.text())],
    ["is not read to its end", async (response: Response) => response.body!.cancel()],
  ])("after a newer one without a length that %s", async (_, read) => {
    let version = 0;
    const server = await open.serve((_req, res) => {
      version++;
      res.writeHead(200, { ETag: `"v${version}"`, ...FRESH });
      res.write(`v${version}`);
      res.end(version > 1 ? "x".repeat(3000) : "");
    });
    const remembering = conditionalFetch({ fresh: rfc9111(), maxEntryBytes: 1000 });
    expect(await text(remembering(server.url))).toBe("v1");
    await read(await remembering(server.url, { cache: "reload" }));
    expect(await text(remembering(server.url))).toContain("v3");
  });

  it("when it arrives after the answer to a later request", async () => {
    const release = later();
    const asked = later();
    const server = await open.serve(async (_req, res) => {
      const version = server.seen.length;
      if (version === 1) {
        asked.happen();
        await release.happened;
      }
      res.writeHead(200, { ETag: `"v${version}"`, ...FRESH }).end(`v${version}`);
    });
    const remembering = conditionalFetch({ fresh: rfc9111() });
    const first = text(remembering(server.url, { headers: { Traceparent: "00-1" } }));
    await asked.happened;
    // Times of requests are compared in milliseconds.
    await new Promise((done) => setTimeout(done, 5));
    expect(await text(remembering(server.url))).toBe("v2");
    release.happen();
    expect([await first, await text(remembering(server.url))]).toEqual(["v1", "v2"]);
  });

  it("but an answer with a time in the future does not keep newer ones out", async () => {
    const server = await open.serve((_req, res) =>
      res.writeHead(200, { ETag: `"v${server.seen.length}"`, ...FRESH }).end(`v${server.seen.length}`),
    );
    const kept = memoryStore();
    // As if the clock was an hour ahead when the first answer was kept.
    const store: ResponseStore = {
      ...kept,
      write: (answer) =>
        kept.write(server.seen.length === 1 ? { ...answer, time: answer.time + 3_600_000 } : answer),
    };
    const remembering = conditionalFetch({ fresh: rfc9111(), store });
    for (const body of ["v1", "v2", "v2"]) expect(await text(remembering(server.url))).toBe(body);
  });

  it("when a 304 changes its Vary after a newer one has taken its place", async () => {
    let version = 1;
    const release = later();
    const asked = later();
    const server = await open.serve(async (req, res) => {
      const now = version;
      const fields = { ETag: `"v${now}"`, Vary: "Accept", ...FRESH };
      if (req.headers["if-none-match"] !== fields.ETag) return res.writeHead(200, fields).end(`v${now}`);
      asked.happen();
      await release.happened;
      return res.writeHead(304, { ...fields, Vary: "Accept-Language" }).end();
    });
    const remembering = conditionalFetch({ fresh: rfc9111() });
    await text(remembering(server.url));
    const older = text(remembering(server.url, { cache: "no-cache" }));
    await asked.happened;
    version = 2;
    expect(await text(remembering(server.url, { cache: "no-cache", headers: { Traceparent: "00-1" } }))).toBe(
      "v2",
    );
    release.happen();
    expect([await older, await text(remembering(server.url))]).toEqual(["v1", "v2"]);
  });

  it("when a 304 changes its Vary while another request removes it", async () => {
    let vary = "Accept";
    const server = await open.serve((req, res) => {
      const fields = { ETag: '"v1"', Vary: vary };
      if (req.method === "PUT") res.writeHead(204).end();
      else if (req.headers["if-none-match"]) res.writeHead(304, fields).end();
      else res.writeHead(200, fields).end("v1");
    });
    const kept = memoryStore();
    const release = later();
    const removing = later();
    const store: ResponseStore = {
      ...kept,
      async remove(url, group, variant) {
        await kept.remove(url, group, variant);
        if (group === undefined) return;
        removing.happen();
        await release.happened;
      },
    };
    const events: string[] = [];
    const remembering = conditionalFetch({ store, onEvent: ({ text }) => events.push(text) });
    await text(remembering(server.url));
    vary = "Accept-Language";
    const second = text(remembering(server.url));
    await removing.happened;
    await remembering(server.url, { method: "PUT", body: "x" });
    release.happen();
    expect(await second).toBe("v1");
    await text(remembering(server.url));
    expect(events.at(-1)).toContain("fwd=uri-miss");
  });
});
