import { type EntityTag, parseTagList } from "@entity-tag/core";
import { inForms } from "@entity-tag/core/adapter";
import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
import { describe, expect, it } from "vitest";

const url = "https://example.com/pages/1";
const names = ["gzip", "br"];

/** A handler in front of a compressor that codes as the request says in a field of its own. */
function serving(etag: EntityTag | undefined, headers: Record<string, string> = {}) {
  const seen: Headers[] = [];
  const handler = conditional(
    (request: Request) => {
      seen.push(new Headers(request.headers));
      return new Response("content", { headers: { ...(etag && { ETag: etag }), ...headers } });
    },
    { tag: false },
  );
  const nameFor = (request: Request) => request.headers.get("As") ?? "identity";
  const formed = inForms(handler, { names, nameFor });
  const ask = (fields: Record<string, string> = {}) => formed(new Request(url, { headers: fields }));
  return { ask, seen };
}

describe("inForms, §8.8.3.3", () => {
  it.each<[sent: EntityTag, as: string, received: string]>([
    ['"v1"', "gzip", '"v1-gzip"'],
    ['"v1"', "br", '"v1-br"'],
    ['"v1"', "identity", '"v1"'],
    ['"v1"', "unsure", 'W/"v1"'],
    ['W/"v1"', "gzip", 'W/"v1"'],
  ])("a tag %s of an answer that is sent as %s becomes %s", async (sent, as, received) => {
    const { ask } = serving(sent);
    const first = await ask({ As: as });
    expect([first.status, first.headers.get("ETag")]).toEqual([200, received]);
    const again = await ask({ As: as, "If-None-Match": received });
    expect([again.status, again.headers.get("ETag")]).toEqual([304, received]);
    // Some cache in between has both.
    expect([first.headers.get("Vary"), again.headers.get("Vary")]).toEqual([
      "Accept-Encoding",
      "Accept-Encoding",
    ]);
  });

  it("a 304 stands for no form that the client has not named: the whole is sent", async () => {
    const { ask, seen } = serving('"v1"');
    const other = await ask({ As: "gzip", "If-None-Match": '"v1-br"' });
    expect([other.status, other.headers.get("ETag"), await other.text()]).toEqual([
      200,
      '"v1-gzip"',
      "content",
    ]);
    expect(seen).toHaveLength(2);
    expect((await ask({ As: "gzip", "If-None-Match": '"v1-br", "v1-gzip"' })).status).toBe(304);
    expect((await ask({ As: "gzip", "If-None-Match": '"v0-gzip"' })).status).toBe(200);
  });

  it("to write, any form of the version will do, and no other version", async () => {
    const written: unknown[] = [];
    const handler = inForms(
      async (request: Request) =>
        checkPreconditions(request, { etag: '"v2"' }) ??
        new Response(null, { status: written.push(request.method) && 204 }),
      { names, nameFor: () => "gzip" },
    );
    const put = async (etag: string) =>
      (await handler(new Request(url, { method: "PUT", headers: { "If-Match": etag } }))).status;
    expect(await put('"v2-gzip"')).toBe(204);
    expect(await put('"v2-br"')).toBe(204);
    expect(await put('"v2"')).toBe(204);
    expect(await put('"v1-gzip"')).toBe(412);
    expect(await put('W/"v2-gzip"')).toBe(412);
    expect(await put('"v2-deflate"')).toBe(412);
    expect(written).toHaveLength(3);
  });

  it("the handler sees conditions on versions", async () => {
    const { ask, seen } = serving('"v9"');
    await ask({ "If-None-Match": '"a-gzip", W/"b-br","c", "d-gzip-br", "e-br-gzip"' });
    expect(parseTagList(seen[0]!.get("If-None-Match"))).toEqual([
      '"a"',
      'W/"b"',
      '"c"',
      '"d-gzip"',
      '"e-br"',
    ]);
    await ask({ "If-None-Match": '"gzip", "x-gz"' });
    expect(seen[1]!.get("If-None-Match")).toBe('"gzip", "x-gz"');
  });

  it("a range of another form than the client has a part of is not honoured", async () => {
    const { ask, seen } = serving('"v1"');
    const range = { Range: "bytes=0-3", "If-Range": '"v1"' };
    await ask({ ...range, As: "gzip" });
    await ask(range);
    await ask({ Range: "bytes=0-3", As: "gzip" });
    expect(seen.map((headers) => headers.get("Range"))).toEqual([null, "bytes=0-3", "bytes=0-3"]);
  });

  it("what has no validator is left as it is, and a Vary is added once", async () => {
    expect((await serving(undefined).ask({ As: "gzip" })).headers.get("Vary")).toBeNull();
    const dated = { "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" };
    expect((await serving(undefined, dated).ask()).headers.get("Vary")).toBe("Accept-Encoding");
    const varied = { Vary: "Accept, accept-encoding" };
    expect((await serving('"v1"', varied).ask()).headers.get("Vary")).toBe("Accept, accept-encoding");
  });

  it("arguments after the request are passed through", async () => {
    const handler = inForms(async (_: Request, a: number, b: string) => new Response(`${a}${b}`), {
      names,
      nameFor: () => "identity",
    });
    expect(await (await handler(new Request(url), 1, "x")).text()).toBe("1x");
  });
});
