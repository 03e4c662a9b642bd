import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { ifMatch, ifNoneMatch, versionTag } from "@entity-tag/core";
import { conditional } from "@entity-tag/koa";
import Koa from "koa";
import { expect, it } from "vitest";

it("of two creators whose bodies arrive at once one wins, by the checks that docs/frameworks/koa.md names", async () => {
  const recipe = readFileSync(`${import.meta.dirname}/../../docs/frameworks/koa.md`, "utf8");
  expect(recipe).toContain('ifNoneMatch(ctx.req.headers["if-none-match"], current()) === false');

  let page: { version: number; text: string } | null = null;
  const current = () => page && { etag: versionTag(page.version) };
  const begun = Promise.withResolvers<void>();
  let count = 0;
  const app = new Koa().use(conditional({ current, require: true })).use(async (ctx) => {
    if (++count === 2) begun.resolve();
    const body = await text(ctx.req);
    if (ifMatch(ctx.req.headers["if-match"], current()) === false) ctx.throw(412);
    if (ifNoneMatch(ctx.req.headers["if-none-match"], current()) === false) ctx.throw(412);
    page = { version: 1, text: body };
    ctx.body = body;
  });
  app.silent = true;
  const server = app.listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function create(content: string): Promise<number> {
    const headers = { "If-None-Match": "*", "Content-Length": content.length };
    const put = request({ port, method: "PUT", headers });
    const answered = once(put, "response");
    put.write(content.slice(0, 1));
    // Both requests were judged before either body is complete.
    await begun.promise;
    put.end(content.slice(1));
    const [response] = await answered;
    response.resume();
    return response.statusCode;
  }
  expect((await Promise.all([create("Ann"), create("Bob")])).sort()).toEqual([200, 412]);
  server.close();
  server.closeAllConnections();
});
