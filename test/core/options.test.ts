import { evaluate, listIncludes, opaque, versionTag, weaken } from "@entity-tag/core";
import {
  anyFunction,
  checkedState,
  checkOptions,
  decide,
  oneOf,
  POLICY_RULES,
} from "@entity-tag/core/adapter";
import { checkPreconditions, conditional, conditionalResponse } from "@entity-tag/core/fetch";
import { describe, expect, it } from "vitest";

const put = () => new Request("https://example.com/", { method: "PUT" });
const handler = () => new Response("hello");
const v1 = { etag: '"v1"' } as const;

describe("options are checked by name and by value", () => {
  it.each<[options: object, message: RegExp]>([
    [{ required: true }, /no option `required`: did you mean `require`\?/],
    [{ ifmatch: "weak" }, /no option `ifmatch`: did you mean `ifMatch`\?/],
    [{ malformd: "reject" }, /did you mean `malformed`\?/],
    [{ policy: { require: true } }, /no option `policy`: give its members by themselves/],
    [{ entirelyOther: 1 }, /no option `entirelyOther`: use ifMatch, require, malformed, now/],
    [{ toString: undefined }, /no option `toString`/],
    [{ require: ["put"] }, /`require` is \["put"\]: use .*capitals/],
    [{ require: "PUT" }, /`require` is "PUT"/],
    [{ require: 1 }, /`require` is 1/],
    [{ require: [""] }, /`require`/],
    [{ ifMatch: "weakly" }, /`ifMatch` is "weakly": use "strong" or "weak"/],
    [{ ifMatch: null }, /`ifMatch` is null/],
    [{ malformed: () => 1 }, /`malformed` is a function/],
    [{ now: new Date() }, /`now` is a Date: use milliseconds/],
    [{ now: Number.NaN }, /`now` is NaN/],
    [{ now: "today" }, /`now` is "today"/],
    [{ codings: "gzip" }, /`codings` is "gzip": use a list of names/],
    [{ codings: ["two words"] }, /`codings`/],
    [{ codings: [1] }, /`codings` is \[1\]/],
    [{ codings: [""] }, /`codings`/],
  ])("checkPreconditions, conditional and conditionalResponse refuse %j", async (options, message) => {
    expect(() => checkPreconditions(put(), v1, options)).toThrow(message);
    expect(() => conditional(handler, { current: () => v1, ...options })).toThrow(TypeError);
    await expect(conditionalResponse(put(), handler(), options)).rejects.toThrow(TypeError);
  });

  it.each<[options: object, message: RegExp]>([
    [{ curent: () => v1 }, /no option `curent`: did you mean `current`\?/],
    [{ current: v1 }, /`current` is \{"etag":"\\"v1\\""\}: use a function/],
    [{ headers: { "bad name": "x" } }, /./],
    [{ tag: { weka: false } }, /`tag` has no option `weka`: did you mean `weak`\?/],
    [{ tag: { weak: "no" } }, /`tag`: `weak` is "no"/],
    [{ tag: true }, /`tag` is true/],
    [{ maxbytes: 1 }, /did you mean `maxBytes`\?/],
    [{ keep: ["X-A"] }, /`keep` is \["X-A"\]: use a function/],
  ])("conditional refuses %j at once", (options, message) => {
    expect(() => conditional(handler, options as never)).toThrow(message);
  });

  it.each([[], new Headers(), new Map(), Promise.resolve({}), "weak", null, 1])(
    "checkPreconditions refuses %s in place of options",
    (options) => {
      expect(() => checkPreconditions(put(), v1, options as never)).toThrow(/use an object of options/);
    },
  );

  it("an option of undefined counts as not given", () => {
    expect(checkPreconditions(put(), v1, { require: undefined, ifMatch: undefined })).toBeUndefined();
  });

  it("conditional and conditionalResponse refuse a missing handler and a missing response", async () => {
    expect(() => conditional(undefined as never)).toThrow(/needs a handler, such as app\.fetch/);
    await expect(conditionalResponse(put(), undefined as never)).rejects.toThrow(/use a Response/);
    await expect(conditionalResponse(put(), "hello" as never)).rejects.toThrow(/use a Response/);
  });

  it("checkOptions serves packages with options of their own", () => {
    const rules = { ...POLICY_RULES, key: anyFunction(), mode: oneOf("a", "b", "c") };
    expect(checkOptions({ require: true, key: () => "", mode: "c" }, rules, "resource()")).toBeUndefined();
    expect(() => checkOptions({ mode: "d" }, rules, "resource()")).toThrow(
      'resource(): `mode` is "d": use "a" or "b" or "c"',
    );
    expect(() => checkOptions({ kee: () => "" }, rules, "resource()")).toThrow("did you mean `key`?");
  });
});

describe("a state is checked when it is given", () => {
  const wrong: [state: unknown, message: RegExp][] = [
    [undefined, /The current state is undefined/],
    ['"v1"', /The current state is/],
    [0, /The current state is 0/],
    [[v1], /The current state is \[\{/],
    [Promise.resolve(v1), /The current state is \[object Promise\]/],
    [new Headers({ ETag: '"v1"' }), /The current state is \[object Headers\]/],
    [new Response(), /The current state is \[object Response\]/],
    [new Map([["etag", '"v1"']]), /The current state is \[object Map\]/],
    [new Date(), /The current state is/],
    [{ ETag: '"v1"' }, /no `ETag`: did you mean `etag`\?/],
    [{ eTag: '"v1"' }, /did you mean `etag`\?/],
    [{ last_modified: 1 }, /no `last_modified`: did you mean `lastModified`\?/],
    [{ "Last-Modified": 1 }, /did you mean `lastModified`\?/],
    [{ lastModifiedstrong: true }, /did you mean `lastModifiedStrong`\?/],
    [{ etag: '"a b"' }, /"\\"a b\\"" is not an entity tag/],
    [{ etag: "v1" }, /"v1" is not an entity tag/],
    [{ etag: null }, /null is not an entity tag/],
    [{ etag: 1 }, /1 is not an entity tag/],
    [{ lastModified: "Sun, 06 Nov 1994 08:49:37 GMT" }, /is not a valid time: use milliseconds or a Date/],
    [{ lastModified: new Date("never") }, /Invalid Date is not a valid time/],
    [{ lastModified: Number.NaN }, /NaN is not a valid time/],
    [{ lastModified: null }, /null is not a valid time/],
    [{ lastModified: Infinity }, /Infinity is not a valid time/],
  ];

  it.each(wrong)("evaluate and checkPreconditions refuse %j, whatever the request asks", (state, message) => {
    for (const headers of [{}, { "If-Match": '"a b"' }, { "If-None-Match": "*" }]) {
      for (const method of ["GET", "PUT", "OPTIONS"]) {
        const request = new Request("https://example.com/", { method, headers });
        expect(() => evaluate(request, state as never)).toThrow(message);
        expect(() => checkPreconditions(request, state as never)).toThrow(message);
      }
    }
  });

  const misspelt: [member: object, message: RegExp][] = [
    [{ last_modified: 1 }, /did you mean `lastModified`\?/],
    [{ lastmodified: 1 }, /did you mean `lastModified`\?/],
    [{ LastModified: new Date() }, /did you mean `lastModified`\?/],
    [{ Codings: ["gzip"] }, /did you mean `codings`\?/],
    [{ ALTERNATES: [] }, /did you mean `alternates`\?/],
    [{ last_modified_strong: true }, /did you mean `lastModifiedStrong`\?/],
  ];

  it.each(misspelt)(
    "evaluate refuses %j beside a valid tag, each time that the tag is new",
    (member, message) => {
      for (const etag of ['"v7"', '"v8"', '"v7"', '"v7"'] as const) {
        expect(() => evaluate(put(), { etag, ...member })).toThrow(message);
      }
    },
  );

  it("evaluate refuses a misspelt lastModified whenever a date would be ignored because of it", () => {
    for (const [method, name] of [
      ["PUT", "If-Unmodified-Since"],
      ["GET", "If-Modified-Since"],
      ["DELETE", "If-Unmodified-Since"],
    ]) {
      const headers = { [name!]: "Sun, 06 Nov 1994 08:49:37 GMT" };
      const request = new Request("https://example.com/", { method: method!, headers });
      expect(evaluate(request, v1).outcome).toBe("proceed");
      // The tag is the one that was checked last.
      expect(() => evaluate(request, { ...v1, last_modified: Date.now() } as never)).toThrow(
        "did you mean `lastModified`?",
      );
    }
  });

  it.each<[state: object, message: RegExp]>([
    [{ ...v1, last_modified: 1 }, /did you mean `lastModified`\?/],
    [{ ...v1, alternates: '"v2"' }, /`alternates` is "v2": use a list/],
    [{ ...v1, alternates: ["v2"] }, /"v2" is not an entity tag/],
    [{ ...v1, codings: "gzip" }, /`codings` is gzip: use a list/],
    [{ ...v1, codings: ["g zip"] }, /not an entity tag/],
    [{ ...v1, codings: [1] }, /`codings` has a member 1: use names/],
    [{ ...v1, codings: [""] }, /`codings` has a member "": use names/],
    [{ ...v1, lastModifiedStrong: "yes" }, /`lastModifiedStrong` is "yes": use true or false/],
  ])("checkPreconditions refuses %j", (state, message) => {
    expect(() => checkPreconditions(put(), state)).toThrow(message);
  });

  it.each<[policy: object, message: RegExp]>([
    [{ required: true }, /evaluate\(\) has no option `required`: did you mean `require`\?/],
    [{ requre: ["PUT"] }, /did you mean `require`\?/],
    [{ if_match: "weak" }, /did you mean `ifMatch`\?/],
    [{ require: true, Malformed: "reject" }, /did you mean `malformed`\?/],
    [Object.create({ required: true }), /did you mean `require`\?/],
    [{ current: () => null }, /use ifMatch, require, malformed, now/],
  ])("evaluate refuses the policy %j, also when it comes again", (policy, message) => {
    for (const method of ["GET", "PUT", "PUT", "OPTIONS"]) {
      const request = { method, headers: new Headers() };
      expect(() => evaluate(request, v1, policy)).toThrow(message);
      expect(evaluate(request, v1, { require: true, ifMatch: "weak" }).outcome).toBeTruthy();
    }
  });

  it("decide takes all options of an adapter", () => {
    const options = { require: true, keep: () => true };
    expect(decide(put(), v1, options).outcome).toBe("precondition-required");
  });

  it("a record of the application is a state, with members of its own and from its class", () => {
    class Page {
      title = "Home";
      get etag() {
        return '"v1"' as const;
      }
    }
    expect(checkPreconditions(put(), new Page(), { require: true })?.status).toBe(428);
    const request = new Request("https://example.com/", { headers: { "If-None-Match": '"v1"' } });
    expect(checkPreconditions(request, new Page())?.status).toBe(304);
    expect(checkedState(null)).toBeNull();
    // Reproducible images have files of that age.
    expect(checkPreconditions(put(), { lastModified: 1000 })).toBeUndefined();
  });
});

describe("a request is accepted in the forms that frameworks have", () => {
  it("checkPreconditions accepts a method and a Headers", () => {
    const headers = new Headers({ "If-Match": '"v0"' });
    expect(checkPreconditions({ method: "PUT", headers }, v1)?.status).toBe(412);
  });

  it.each([{ "if-match": '"v0"' }, new Map([["If-Match", '"v0"']]), undefined, null, "If-Match"])(
    "evaluate and checkPreconditions refuse %s for headers, and name headersOf",
    (headers) => {
      const request = { method: "PUT", headers: headers as never };
      expect(() => evaluate(request, v1)).toThrow(/headersOf\(req\.headers\)/);
      expect(() => checkPreconditions(request, v1)).toThrow(/headersOf\(req\.headers\)/);
    },
  );

  it("evaluate accepts a Map with names in lower case", () => {
    expect(evaluate({ method: "PUT", headers: new Map([["if-match", '"v0"']]) }, v1).outcome).toBe(
      "precondition-failed",
    );
  });
});

describe("functions on tags refuse a value that is not a tag", () => {
  it("weaken, opaque and versionTag say what is allowed", () => {
    expect(() => weaken("v1" as never)).toThrow(/"v1" is not an entity tag/);
    expect(() => opaque("v1" as never)).toThrow(/"v1" is not an entity tag/);
    expect(() => versionTag(new Date() as never)).toThrow(/use timeTag\(\) for a time/);
  });

  it.each([undefined, "Weak", true])(
    "listIncludes refuses the comparison %s, which would be the wrong one",
    (mode) => {
      expect(() => listIncludes('"v1"', '"v1"', mode as never)).toThrow(/say "strong" or "weak"/);
      expect(() => listIncludes("x", '"v1"', mode as never)).toThrow(TypeError);
    },
  );
});
