import { conditionalFetch, isNotModified } from "@entity-tag/client";
import express from "express";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "./server.ts";

const open = servers();
afterEach(open.close);

describe("conditionalFetch against a plain Express app", () => {
  it("conditionalFetch sends the tag, and returns the kept 200 for a 304", async () => {
    const app = express();
    app.get("/page", (_req, res) => {
      res.send("Hello");
    });
    const server = await open.serve(app);
    const remembering = conditionalFetch();

    const first = await remembering(`${server.url}/page`);
    expect(await first.text()).toBe("Hello");
    expect(isNotModified(first)).toBe(false);
    const second = await remembering(`${server.url}/page`);
    expect(second.status).toBe(200);
    expect(await second.text()).toBe("Hello");
    expect(isNotModified(second)).toBe(true);
    expect(server.statuses()).toEqual([200, 304]);
    expect(server.seen[1]!.headers["if-none-match"]).toBe(first.headers.get("ETag"));
  });

  it("conditionalFetch sends max-age=0 where Node would send no-cache, and does not change a caller's own Cache-Control", async () => {
    const app = express();
    app.get("/page", (_req, res) => {
      res.send("Hello");
    });
    const server = await open.serve(app);
    const remembering = conditionalFetch();
    await (await remembering(`${server.url}/page`)).text();
    await remembering(`${server.url}/page`);
    await remembering(`${server.url}/page`, { headers: { "Cache-Control": "max-age=5" } });
    expect(server.seen.map(({ headers }) => headers["cache-control"])).toEqual([
      undefined,
      "max-age=0",
      "max-age=5",
    ]);
    expect(server.statuses()).toEqual([200, 304, 304]);
  });

  it("conditionalFetch gives a caller with a condition of its own the 304 of the server", async () => {
    const app = express();
    app.get("/page", (_req, res) => {
      res.set("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT").send("Hello");
    });
    const server = await open.serve(app);
    const remembering = conditionalFetch();
    const first = await remembering(`${server.url}/page`);
    await first.text();
    const tag = { "If-None-Match": first.headers.get("ETag")! };
    const date = { "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" };
    const ask = async (...given: Parameters<typeof fetch>) => (await remembering(...given)).status;
    expect(await ask(`${server.url}/page`, { headers: tag })).toBe(304);
    expect(await ask(new Request(`${server.url}/page`, { headers: date }))).toBe(304);
    expect(await ask(`${server.url}/page`, { headers: { ...tag, "Cache-Control": "no-cache" } })).toBe(200);
    expect(server.seen.map(({ headers }) => headers["cache-control"]).slice(0, 4)).toEqual([
      undefined,
      "max-age=0",
      "max-age=0",
      "no-cache",
    ]);
  });

  it("conditionalFetch returns a changed page", async () => {
    let text = "one";
    const app = express();
    app.get("/page", (_req, res) => {
      res.send(text);
    });
    const server = await open.serve(app);
    const remembering = conditionalFetch();
    const read = async () => (await remembering(`${server.url}/page`)).text();
    expect(await read()).toBe("one");
    text = "two";
    expect(await read()).toBe("two");
    expect(await read()).toBe("two");
    expect(server.statuses()).toEqual([200, 200, 304]);
  });
});
