import type { IncomingMessage, ServerResponse } from "node:http";
import { type ConditionalOptions, conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";
import { countersOf, TAG, TEXT, ways } from "./ways.ts";
import { type Answer, ask, connect, serving } from "./wire.ts";

type Handler = (res: ServerResponse, req: IncomingMessage) => unknown;

/** The handler behind the middleware, as a node:http listener. */
function behind(handler: Handler, options?: ConditionalOptions) {
  const judge = conditional(options);
  return (req: IncomingMessage, res: ServerResponse) => judge(req, res, () => void handler(res, req));
}

const withoutDate = (answer: Answer) => answer.lines.filter(([name]) => name !== "Date");

describe.each(Object.entries(ways))("conditional, when the handler uses %s,", (_, way) => {
  test("leaves the 200 as it is without the middleware", async () => {
    const bare = await serving(
      (req, res) => void way(res, req),
      (port) => ask(port, "GET", "/"),
    );
    const answer = await serving(behind(way), (port) => ask(port, "GET", "/"));
    expect(answer.body.toString()).toBe(TEXT);
    expect(answer.reason).toBe(bare.reason);
    expect(answer.interim).toEqual(bare.interim);
    expect(answer.trailers).toEqual(bare.trailers);
    expect(withoutDate(answer).sort()).toEqual(withoutDate(bare).sort());
  });

  test.each(["GET", "HEAD"])("turns it into a 304 without a byte of body: %s", async (method) => {
    const seen: { finishes: number; res?: ServerResponse } = { finishes: 0 };
    const listener = behind((res, req) => {
      if (req.url === "/next") return res.end("next");
      seen.res = res.on("finish", () => seen.finishes++);
      return way(res, req);
    });
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const full = await connection.ask(method, "/");
      const answer = await connection.ask(method, "/", [["If-None-Match", `W/${TAG}`]]);
      const next = await connection.ask("GET", "/next");
      connection.close();
      expect([answer.status, answer.reason, answer.field("etag")]).toEqual([304, "Not Modified", TAG]);
      expect(answer.field("cache-control")).toBe("max-age=60");
      expect(answer.field("vary")).toBe("Accept");
      for (const name of ["set-cookie", "link", "x-kept"]) expect(answer.field(name)).toBe(full.field(name));
      for (const name of ["content-type", "content-length", "transfer-encoding", "trailer"]) {
        expect(answer.field(name)).toBeUndefined();
      }
      expect([answer.field("connection"), next.body.toString()]).toEqual(["keep-alive", "next"]);
      expect(seen.finishes).toBe(2);
      expect(countersOf(seen.res!).awaited.callbacks).toBe(0);
    });
  });
});
