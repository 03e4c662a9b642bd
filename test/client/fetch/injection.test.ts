import { conditionalFetch, isNotModified } from "@entity-tag/client";
import { Octokit } from "@octokit/core";
import { QueryClient } from "@tanstack/query-core";
import express from "express";
import ky from "ky";
import createClient from "openapi-fetch";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "./server.ts";

const open = servers();
afterEach(open.close);

async function api() {
  const app = express();
  app.get("/repos/:owner/:repo", (req, res) => {
    res.json({ name: req.params.repo });
  });
  return open.serve(app);
}

describe("conditionalFetch in place of fetch", () => {
  it("Octokit: the server answers the second request with a 304, and the program gets a 200", async () => {
    const server = await api();
    const octokit = new Octokit({ baseUrl: server.url, request: { fetch: conditionalFetch() } });
    for (const _ of [1, 2]) {
      const { status, data } = await octokit.request("GET /repos/{owner}/{repo}", {
        owner: "ann",
        repo: "hello",
      });
      expect([status, data.name]).toEqual([200, "hello"]);
    }
    expect(server.statuses()).toEqual([200, 304]);
  });

  it("openapi-fetch", async () => {
    const server = await api();
    interface Paths {
      "/repos/ann/hello": {
        get: { responses: { 200: { content: { "application/json": { name: string } } } } };
      };
    }
    const client = createClient<Paths>({ baseUrl: server.url, fetch: conditionalFetch() });
    for (const isSame of [false, true]) {
      const { data, response } = await client.GET("/repos/ann/hello");
      expect([data?.name, isNotModified(response)]).toEqual(["hello", isSame]);
    }
    expect(server.statuses()).toEqual([200, 304]);
  });

  it("ky", async () => {
    const server = await api();
    const remembering = ky.create({ fetch: conditionalFetch() });
    for (const _ of [1, 2])
      expect(await remembering(`${server.url}/repos/ann/hello`).json()).toEqual({ name: "hello" });
    expect(server.statuses()).toEqual([200, 304]);
  });

  it("TanStack Query", async () => {
    const server = await api();
    const remembering = conditionalFetch();
    const client = new QueryClient();
    const queryFn = async ({ signal }: { signal: AbortSignal }) =>
      (await remembering(`${server.url}/repos/ann/hello`, { signal })).json();
    for (const _ of [1, 2])
      expect(await client.fetchQuery({ queryKey: ["hello"], queryFn })).toEqual({ name: "hello" });
    expect(server.statuses()).toEqual([200, 304]);
    client.clear();
  });
});
