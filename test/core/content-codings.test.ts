import {
  type Current,
  codedTag,
  type EntityTag,
  evaluate,
  ifMatch,
  ifNoneMatch,
  ifRange,
  type State,
} from "@entity-tag/core";
import { admitsCoding, CODINGS, responseFor, withCodings } from "@entity-tag/core/adapter";
import { checkPreconditions, conditional } from "@entity-tag/core/fetch";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const url = "https://example.com/pages/1";
const v1: State = { etag: '"v1"', codings: ["gzip", "br"] };

const ask = (method: string, headers: Record<string, string>) => new Request(url, { method, headers });

describe("State.codings and If-Match, §13.1.1", () => {
  it.each<[field: string, state: Current, strongly: boolean, weakly: boolean, why: string]>([
    ['"v1"', v1, true, true, "the tag itself"],
    ['"v1-gzip"', v1, true, true, "the tag of a coding"],
    ['"x", "v1-br"', v1, true, true, "the tag of a coding in a list"],
    ['"v1-zstd"', v1, false, false, "a coding that is not accepted"],
    ['W/"v1-gzip"', v1, false, true, "weakened on the way"],
    ['"v0-gzip"', v1, false, false, "a coding of another version"],
    ['"v1-GZIP"', v1, false, false, "tags are case-sensitive"],
    ['"v1-gzip-br"', v1, false, false, "two codings"],
    ['"v1-gzip', v1, false, false, "a list that cannot be read"],
    ['"v1-gzip" x', v1, false, false, "a list that cannot be read to its end"],
    ['"v1-gzip"', { etag: '"v1"', codings: [] }, false, false, "turned off"],
    ['"v1-gzip"', { etag: '"v1"' }, false, false, "`codings` is not given"],
    ['"v1-gzip"', { codings: ["gzip"] }, false, false, "the state has no tag"],
    ['"v1-gzip"', { etag: 'W/"v1"', codings: ["gzip"] }, false, true, "a weak tag promises no bytes"],
    ['W/"v1-gzip"', { etag: 'W/"v1"', codings: ["gzip"] }, false, true, "Apache's form of a weak tag"],
    ['"v1-gzip"', { etag: '"v1-gzip"', codings: ["gzip", "br"] }, true, true, "a file compressed beforehand"],
    [
      '"v1-gzip-gzip"',
      { etag: '"v1-gzip"', codings: ["gzip"] },
      false,
      false,
      "a coded tag is not coded again",
    ],
    [
      '"v1-gzip-br"',
      { etag: '"v1-gzip"', codings: ["gzip", "br"] },
      false,
      false,
      "a coded tag is not coded by another coding",
    ],
    ['"v1"', { etag: '"v1-gzip"', codings: ["gzip"] }, false, false, "a coding is never removed from a tag"],
  ])("ifMatch of %s in %j: %s, weakly %s, %s", (field, state, strongly, weakly) => {
    expect(ifMatch(field, state)).toBe(strongly);
    expect(ifMatch(field, state, "weak")).toBe(weakly);
    const request = {
      method: "PUT",
      headers: new Headers({ "If-Match": field, "Accept-Encoding": "identity" }),
    };
    expect(evaluate(request, state).outcome).toBe(strongly ? "proceed" : "precondition-failed");
  });
});

describe("State.codings and If-None-Match, §13.1.2", () => {
  it.each<[field: string, accepted: string | undefined, state: State, etag: EntityTag | undefined]>([
    ['"v1"', undefined, v1, '"v1"'],
    ['"v1-gzip"', "gzip", v1, '"v1-gzip"'],
    ['"v1-gzip"', "br, gzip;q=0.5", v1, '"v1-gzip"'],
    ['"v1-gzip"', "*", v1, '"v1-gzip"'],
    ['"v1-gzip"', "GZIP", v1, '"v1-gzip"'],
    ['"v1-gzip"', "x-gzip", v1, '"v1-gzip"'],
    ['W/"v1-gzip"', "gzip", v1, '"v1-gzip"'],
    ['"v0", "v1-br"', "br", v1, '"v1-br"'],
    ['"v1", "v1-gzip"', "gzip", v1, '"v1"'],
    ['W/"v1"', "gzip", v1, '"v1"'],
    ["*", "gzip", v1, '"v1"'],
    ['"v1-gzip"', undefined, v1, undefined],
    ['"v1-gzip"', "", v1, undefined],
    ['"v1-gzip"', "br", v1, undefined],
    ['"v1-gzip"', "identity", v1, undefined],
    ['"v1-gzip"', "gzip;q=0", v1, undefined],
    ['"v1-gzip"', "*;q=0", v1, undefined],
    ['"v1-gzip"', "*, gzip; Q=0.000", v1, undefined],
    ['"v1-gzip"', "gzip;q=some", v1, undefined],
    ['"v1-zstd"', "zstd", v1, undefined],
    ['"v0-gzip"', "gzip", v1, undefined],
    ['"v1-gzip', "gzip", v1, undefined],
    ['"v1-gzip"', "gzip", { etag: '"v1"', codings: [] }, undefined],
    ['"v1-gzip"', "gzip", { etag: '"v1"' }, undefined],
    ['W/"v1-gzip"', "gzip", { etag: 'W/"v1"', codings: ["gzip"] }, 'W/"v1-gzip"'],
    ['"v1-gzip"', "br", { etag: '"v1-gzip"', codings: ["gzip"] }, '"v1-gzip"'],
    ['"v1-gzip-gzip"', "gzip", { etag: '"v1-gzip"', codings: ["gzip"] }, undefined],
  ])("a read with %s and Accept-Encoding %s in %j gets a 304 with %s", (field, accepted, state, etag) => {
    const headers = {
      "If-None-Match": field,
      ...(accepted !== undefined && { "Accept-Encoding": accepted }),
    };
    expect(ifNoneMatch(field, state, accepted)).toBe(etag === undefined);
    for (const method of ["GET", "HEAD"]) {
      const response = checkPreconditions(ask(method, headers), state);
      expect([response?.status, response?.headers.get("ETag")]).toEqual(
        etag ? [304, etag] : [undefined, undefined],
      );
    }
  });

  it("a write with If-None-Match is refused for the tag of any coding, whatever the client accepts", () => {
    expect(checkPreconditions(ask("PUT", { "If-None-Match": '"v1-gzip"' }), v1)?.status).toBe(412);
    expect(checkPreconditions(ask("PUT", { "If-None-Match": '"v1-zstd"' }), v1)).toBeUndefined();
  });

  it("responseFor gives a 304 the tag of the coding, also when the replaced answer has the validators", () => {
    const request = ask("GET", { "If-None-Match": '"v1-gzip"', "Accept-Encoding": "gzip" });
    const plain = (state: State, fields?: []) =>
      responseFor(evaluate(request, state), request, state, {}, fields);
    expect(plain(v1)?.fields).toEqual([["ETag", '"v1-gzip"']]);
    expect(plain(v1, [])?.fields).toEqual([["ETag", '"v1-gzip"']]);
    expect(plain({ etag: '"v1-gzip"', codings: ["gzip"] }, [])?.fields).toEqual([]);
  });
});

describe("State.codings and If-Range, §13.1.5", () => {
  it("ifRange accepts no tag of a coding: the bytes of a range are those of one form", () => {
    expect(ifRange('"v1-gzip"', v1)).toBe(false);
    expect(ifRange('"v1"', v1)).toBe(true);
    expect(ifRange('"v1-gzip"', { etag: '"v1-gzip"', codings: ["gzip"] })).toBe(true);
  });
});

describe("the option `codings`", () => {
  it("checkPreconditions and conditional accept the tags of the given codings", async () => {
    const headers = { "If-None-Match": '"v1-gzip"', "Accept-Encoding": "gzip" };
    const early = checkPreconditions(ask("GET", headers), { etag: '"v1"' }, { codings: ["gzip"] });
    expect([early?.status, early?.headers.get("ETag")]).toEqual([304, '"v1-gzip"']);
    const handler = () => new Response("content", { headers: { ETag: '"v1"' } });
    for (const current of [undefined, () => ({ etag: '"v1"' }) as const]) {
      const response = await conditional(handler, { current, codings: ["gzip"] })(ask("GET", headers));
      expect([response.status, response.headers.get("ETag")]).toEqual([304, '"v1-gzip"']);
    }
    expect((await conditional(handler)(ask("GET", headers))).status).toBe(200);
  });

  it("withCodings does not change a state that has its own codings, or null", () => {
    expect(withCodings(null, CODINGS)).toBe(null);
    expect(withCodings(v1, ["zstd"])).toBe(v1);
    expect(withCodings({ etag: '"v1"' }, undefined)).toEqual({ etag: '"v1"' });
    class Page {
      get etag(): EntityTag {
        return '"v7"';
      }
    }
    expect(withCodings(new Page(), CODINGS)).toMatchObject({ etag: '"v7"', codings: CODINGS });
  });
});

const coding = fc.constantFrom("gzip", "br", "zstd", "deflate");

describe("laws of codings", () => {
  it("law: ifMatch accepts the tags of exactly the codings that are listed", () => {
    fc.assert(
      fc.property(
        fc.subarray([...CODINGS]),
        coding,
        fc.stringMatching(/^[a-z0-9]{1,8}$/),
        (codings, one, version) => {
          const etag: EntityTag = `"${version}"`;
          expect(ifMatch(codedTag(etag, one), { etag, codings })).toBe(codings.includes(one));
        },
      ),
    );
  });

  it("law: admitsCoding reads any text, and admits a coding that is named with a weight above 0", () => {
    fc.assert(
      fc.property(fc.string(), coding, (text, one) => {
        expect(typeof admitsCoding(text, one)).toBe("boolean");
        expect(admitsCoding(`${one}, ${text}`, one)).toBe(true);
        expect(admitsCoding(`${one};q=0, ${text}`, one)).toBe(false);
      }),
    );
  });
});
