import type { EntityTag } from "@entity-tag/core";
import {
  acceptCodings,
  tagOfCoding,
  tagWithoutCoding,
  withAcceptEncoding,
  withCompressor,
} from "@entity-tag/core/adapter";
import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
import { describe, expect, it } from "vitest";

const url = "https://example.com/pages/1";
const codings = ["gzip", "br"];

/** A handler before a compressor. A field of the request names the coding. */
function serving(etag: EntityTag | undefined, headers: Record<string, string> = {}) {
  const seen: Headers[] = [];
  const handler = conditional(
    (request: Request) => {
      seen.push(new Headers(request.headers));
      return new Response("content", { headers: { ...(etag && { ETag: etag }), ...headers } });
    },
    { tag: false },
  );
  const codingFor = (request: Request) => request.headers.get("As") ?? "identity";
  const coded = withCompressor(handler, { codings, codingFor });
  const ask = (fields: Record<string, string> = {}) => coded(new Request(url, { headers: fields }));
  return { ask, seen };
}

describe("withCompressor, §8.8.3.3", () => {
  it.each<[sent: EntityTag, as: string, received: string]>([
    ['"v1"', "gzip", '"v1-gzip"'],
    ['"v1"', "br", '"v1-br"'],
    ['"v1"', "identity", '"v1"'],
    ['"v1"', "unsure", 'W/"v1"'],
    ['W/"v1"', "gzip", 'W/"v1"'],
    ['"v1-gzip"', "gzip", '"v1-gzip"'],
  ])(
    "withCompressor turns the tag %s of an answer that will be coded as %s into %s, also in its 304",
    async (sent, as, received) => {
      const { ask } = serving(sent);
      const first = await ask({ As: as });
      expect([first.status, first.headers.get("ETag")]).toEqual([200, received]);
      const again = await ask({ As: as, "If-None-Match": received, "Accept-Encoding": "gzip, br" });
      expect([again.status, again.headers.get("ETag")]).toEqual([304, received]);
      // A cache between them has both.
      expect([first.headers.get("Vary"), again.headers.get("Vary")]).toEqual([
        "Accept-Encoding",
        "Accept-Encoding",
      ]);
    },
  );

  it("withCompressor gives the Vary of a coded 200 to a 304 without a validator, §15.4.5", async () => {
    const { ask } = serving(undefined, { Vary: "Cookie" });
    const again = await ask({ As: "gzip", "If-None-Match": "*" });
    expect([again.status, again.headers.get("ETag"), again.headers.get("Vary")]).toEqual([
      304,
      null,
      "Cookie, Accept-Encoding",
    ]);
  });

  it.each([
    ["*", "gzip", '"v1-gzip"'],
    ["*", "unsure", 'W/"v1"'],
    ["*", "identity", '"v1"'],
    ['W/"v1-gzip"', "gzip", '"v1-gzip"'],
    ['W/"v1"', "gzip", 'W/"v1"'],
    ['W/"v1"', "identity", '"v1"'],
  ])("withCompressor sends the 304 to %s, whose 200 would be %s, with %s", async (named, as, received) => {
    const fields = { As: as, "If-None-Match": named, "Accept-Encoding": "gzip" };
    const answer = await serving('"v1"').ask(fields);
    expect([answer.status, answer.headers.get("ETag")]).toEqual([304, received]);
  });

  it("withCompressor sends the whole body to a client that no longer accepts the coding of its copy", async () => {
    const { ask } = serving('"v1"');
    const other = await ask({ As: "gzip", "If-None-Match": '"v1-br"', "Accept-Encoding": "gzip" });
    expect([other.status, other.headers.get("ETag"), await other.text()]).toEqual([
      200,
      '"v1-gzip"',
      "content",
    ]);
    expect((await ask({ As: "gzip", "If-None-Match": '"v0-gzip"', "Accept-Encoding": "gzip" })).status).toBe(
      200,
    );
  });

  it("withCompressor lets a handler that checks conditions itself accept any coding of the version, and no other tag", async () => {
    const written: unknown[] = [];
    const handler = withCompressor(
      async (request: Request) =>
        checkPreconditions(request, { etag: '"v2"' }) ??
        new Response(null, { status: written.push(request.method) && 204, headers: { ETag: '"v3"' } }),
      { codings, codingFor: () => "gzip" },
    );
    const put = (etag: string) => handler(new Request(url, { method: "PUT", headers: { "If-Match": etag } }));
    expect((await put('"v2-gzip"')).status).toBe(204);
    expect((await put('"v2-br"')).status).toBe(204);
    expect((await put('"v2"')).headers.get("ETag")).toBe('"v3"');
    expect((await put('"v1-gzip"')).status).toBe(412);
    expect((await put('W/"v2-gzip"')).status).toBe(412);
    expect((await put('"v2-deflate"')).status).toBe(412);
    expect(written).toHaveLength(3);
  });

  it("withCompressor hides a Range from the handler if the client may have a part of another form", async () => {
    const { ask, seen } = serving('"v1"');
    const range = { Range: "bytes=0-3", "If-Range": '"v1"' };
    await ask({ ...range, As: "gzip" });
    await ask({ Range: "bytes=0-3", As: "gzip" });
    expect(seen.map((headers) => headers.get("Range"))).toEqual([null, "bytes=0-3"]);
  });

  it("withCompressor leaves an answer without a validator unchanged", async () => {
    expect((await serving(undefined).ask({ As: "gzip" })).headers.get("Vary")).toBeNull();
    const dated = { "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" };
    expect((await serving(undefined, dated).ask()).headers.get("Vary")).toBe("Accept-Encoding");
  });

  it("withCompressor passes the arguments after the request", async () => {
    const handler = withCompressor(async (_: Request, a: number, b: string) => new Response(`${a}${b}`), {
      codings,
      codingFor: () => "identity",
    });
    expect(await (await handler(new Request(url), 1, "x")).text()).toBe("1x");
  });
});

describe("acceptCodings", () => {
  it("acceptCodings can be called twice, and a state's own codings have priority", () => {
    const request = new Request(url, { method: "PUT", headers: { "If-Match": '"v1-br"' } });
    acceptCodings(request, ["gzip"]);
    expect(checkPreconditions(request, { etag: '"v1"' })?.status).toBe(412);
    acceptCodings(request, ["br"]);
    expect(checkPreconditions(request, { etag: '"v1"' })).toBeUndefined();
    expect(checkPreconditions(request, { etag: '"v1"', codings: [] })?.status).toBe(412);
  });
});

describe("tagOfCoding, §8.8.3.3", () => {
  it.each<[etag: EntityTag, contentEncoding: string, expected: EntityTag]>([
    ['"v1"', "gzip", '"v1-gzip"'],
    ['"v1"', " GZIP ", '"v1-gzip"'],
    ['"v1"', "identity", '"v1"'],
    ['"v1-gzip"', "gzip", '"v1-gzip"'],
    ['W/"v1"', "gzip", 'W/"v1"'],
    ['"v1"', "gzip, br", 'W/"v1"'],
    ['"v1"', "", 'W/"v1"'],
  ])("tagOfCoding of %s as %j is %s", (etag, contentEncoding, expected) => {
    expect(tagOfCoding(etag, contentEncoding)).toBe(expected);
  });
});

describe("withAcceptEncoding, §12.5.5", () => {
  it.each([
    [null, "Accept-Encoding"],
    ["", "Accept-Encoding"],
    ["Origin", "Origin, Accept-Encoding"],
    ["Accept, accept-encoding", "Accept, accept-encoding"],
    ["*", "*"],
  ])("withAcceptEncoding turns %j into %j", (vary, expected) => {
    expect(withAcceptEncoding(vary)).toBe(expected);
  });
});

describe("tagWithoutCoding, §15.4.5", () => {
  type Given = [status: number, field: string | undefined, accept: string, etag: EntityTag, sent: EntityTag];
  it.each<Given>([
    [304, '"v1"', "gzip", '"v1"', '"v1"'],
    [304, '"v0", "v1"', "gzip", '"v1"', '"v1"'],
    [304, 'W/"v1"', "gzip", '"v1"', '"v1-gzip"'],
    [304, "*", "gzip, deflate, br", '"v1"', '"v1-br"'],
    [304, "*", "gzip, deflate", '"v1"', '"v1-gzip"'],
    [304, "*", "br;q=0.5, gzip", '"v1"', '"v1-gzip"'],
    [304, "*", "deflate, gzip;q=0", '"v1"', '"v1-deflate"'],
    [304, "*", "*", '"v1"', '"v1-br"'],
    [304, "*", "gzip;q=0.5, identity", '"v1"', '"v1"'],
    [304, "*", "gzip;q=zero", '"v1"', '"v1"'],
    [304, "*", "identity", '"v1"', '"v1"'],
    [304, "*", "", '"v1"', '"v1"'],
    [304, undefined, "gzip", '"v1"', '"v1-gzip"'],
    [304, 'W/"v1-gzip"', "gzip, br", '"v1-gzip"', '"v1-gzip"'],
    [304, 'W/"v1"', "gzip", 'W/"v1"', 'W/"v1"'],
    [412, 'W/"v1"', "gzip", '"v1"', '"v1"'],
    [200, undefined, "gzip", '"v1"', '"v1"'],
  ])(
    "tagWithoutCoding of a %s to %s that accepts %j, with %s, is %s",
    (status, field, accept, etag, sent) => {
      const headers = new Headers({ "Accept-Encoding": accept, ...(field && { "If-None-Match": field }) });
      expect(tagWithoutCoding(status, { method: "GET", headers }, etag)).toBe(sent);
      // Compressors code no answer to HEAD.
      expect(tagWithoutCoding(status, { method: "HEAD", headers }, etag)).toBe(etag);
    },
  );
});
