import * as core from "@entity-tag/core";
import * as adapter from "@entity-tag/core/adapter";
import * as fetching from "@entity-tag/core/fetch";
import { describe, expect, it } from "vitest";

type Loose = (...given: unknown[]) => unknown;
const loose = (made: unknown) => made as Loose;

const state = { etag: '"v1"' } as const;
const request = new Request("https://example.com/");
const response = () => new Response("hello");
const itself: Record<string, unknown> = {};
itself.self = itself;
class LowerCase {
  get require() {
    return ["put"];
  }
}
const date = "Sun, 06 Nov 1994 08:49:37 GMT";

/** Calls that a JavaScript program or a cast can make: the call, its arguments, and the error message. */
const calls: [name: string, call: () => unknown, message: RegExp][] = [
  ...(["ifMatch", "ifUnmodifiedSince", "ifNoneMatch", "ifModifiedSince", "ifRange"] as const).flatMap(
    (name): typeof calls => {
      // biome-ignore lint/performance/noDynamicNamespaceImportAccess: a test is not bundled
      const ask = loose(core[name]);
      const field = name.endsWith("Since") ? date : '"v1"';
      return [
        [
          `${name}(headers, state)`,
          () => ask(new Headers(), state),
          /field is \[object Headers\]: use what headers.get/,
        ],
        [`${name}([field], state)`, () => ask([field], state), /use what headers\.get/],
        [`${name}(state, field)`, () => ask(state, field), /state is|field is/],
        [`${name}(field)`, () => ask(field), /state is undefined/],
        [`${name}(field, promise)`, () => ask(field, Promise.resolve(state)), /state is \[object Promise\]/],
        [`${name}(field, { ETag })`, () => ask(field, { ETag: '"v1"' }), /did you mean `etag`\?/],
      ];
    },
  ),
  ["evaluate(state, request)", () => loose(core.evaluate)(state, request), /headers are undefined/],
  [
    "evaluate({ headers })",
    () => loose(core.evaluate)({ headers: new Headers() }, state),
    /method is undefined/,
  ],
  ["evaluate(headers, state)", () => loose(core.evaluate)(new Headers(), state), /headers are undefined/],
  ["evaluate()", () => loose(core.evaluate)(), /headers are undefined/],
  ...(
    [
      [null, /was given null: use an object of options/],
      [true, /was given true/],
      ["weak", /was given weak/],
      [Promise.resolve({}), /was given \[object Promise\]/],
      [{ require: ["put"] }, /`require` is put: use .* methods in capitals/],
      [{ require: "PUT" }, /`require` is PUT: use true, false, or a list/],
      [{ require: new Set(["PUT"]) }, /`require` is \[object Set\]/],
      [{ require: null }, /`require` is null/],
      [{ ifMatch: "Weak" }, /`ifMatch` is Weak: use "strong" or "weak"/],
      [{ malformed: true }, /`malformed` is true: use "fail" or "reject"/],
      [{ now: Number.NaN }, /`now` is NaN: use milliseconds/],
      [{ now: new Date(0) }, /`now` is .*1970.*: use milliseconds/],
      [{ requires: true }, /did you mean `require`\?/],
    ] as const
  ).map(([policy, message], i): (typeof calls)[number] => [
    `evaluate with the wrong policy ${i}`,
    () => loose(core.evaluate)(request, state, policy),
    message,
  ]),
  ...["current", "headers", "ifMatch", "keep"].map((name): (typeof calls)[number] => [
    `conditional with an object that contains itself as ${name}`,
    () => loose(fetching.conditional)(response, { [name]: name === "headers" ? [itself] : itself }),
    /`(?:current|headers|ifMatch|keep)` is an object that contains itself: use/,
  ]),
  [
    "checkPreconditions with a class whose accessor gives a method in small letters",
    () => loose(fetching.checkPreconditions)(request, state, new LowerCase()),
    /`require` is \["put"\]/,
  ],
  [
    "conditional with a long document as current",
    () => loose(fetching.conditional)(response, { current: { text: "a".repeat(1000) } }),
    /`current` is \{"text":"a{191}…: use a function/,
  ],
  ...[Promise.resolve({ "Cache-Control": "no-store" }), response(), new Date(0)].flatMap(
    (fields): typeof calls => {
      const shown = Object.prototype.toString.call(fields).slice(8, -1);
      return [
        [
          `conditional with a ${shown} as headers`,
          () => loose(fetching.conditional)(response, { headers: fields }),
          new RegExp(`\`headers\` is a ${shown}: use fields such as`),
        ],
        [
          `conditional with a function that returns a ${shown} as headers`,
          () => loose(fetching.conditional(response, { headers: () => fields as never }))(request),
          new RegExp(`\`headers\` returned a ${shown}: use a function that returns fields, not a promise`),
        ],
        [
          `notModified of a ${shown}`,
          () => loose(fetching.notModified)(fields),
          /was given .*: use the fields/,
        ],
      ];
    },
  ),
  ["codedTag('v1', identity)", () => loose(core.codedTag)("v1", "identity"), /"v1" is not an entity tag/],
  ["codedTag(coding, tag)", () => loose(core.codedTag)("gzip", '"v1"'), /"gzip" is not an entity tag/],
  ["validatorFields()", () => loose(core.validatorFields)(), /state is undefined/],
  ["validatorFields(tag)", () => loose(core.validatorFields)('"v1"'), /state is/],
  ["validatorFields({ ETag })", () => loose(core.validatorFields)({ ETag: '"v1"' }), /did you mean `etag`\?/],
  [
    "validatorFields(promise)",
    () => loose(core.validatorFields)(Promise.resolve(state)),
    /\[object Promise\]/,
  ],
  ...[{ week: true }, true, "weak", { weak: "no" }, null, [], new Map([["weak", true]]), new Date(0)].map(
    (options): (typeof calls)[number] => [
      `contentTag(content, ${JSON.stringify(options)})`,
      () => loose(core.contentTag)("hello", options),
      /contentTag\(\) has no options .*: use \{ weak: true \}/,
    ],
  ),
  ["checkPreconditions()", () => loose(fetching.checkPreconditions)(), /headers are undefined/],
  [
    "checkPreconditions(request, { etag, require })",
    () => fetching.checkPreconditions(request, { ...state, require: true } as never),
    /A state has no `require`: give it as an option/,
  ],
  [
    "checkPreconditions(request, { current })",
    () => fetching.checkPreconditions(request, { current: () => state } as never),
    /A state has no `current`/,
  ],
  ["conditional(handler)()", () => loose(fetching.conditional(response))(), /headers are undefined/],
  [
    "conditional(handler)(url)",
    () => loose(fetching.conditional(response))("https://a.b/"),
    /headers are undefined/,
  ],
  [
    "conditional(handler)(context)",
    () => loose(fetching.conditional(response))({ request }),
    /headers are undefined/,
  ],
  ["conditionalResponse()", () => loose(fetching.conditionalResponse)(), /headers are undefined/],
  [
    "conditionalResponse(response, request)",
    () => loose(fetching.conditionalResponse)(response(), request),
    /method is undefined/,
  ],
  [
    "conditionalResponse(request, { status })",
    () => loose(fetching.conditionalResponse)(request, { status: 200 }),
    /use a Response/,
  ],
  ["notModified()", () => loose(fetching.notModified)(), /was given nothing: use the fields of the 200/],
  [
    "notModified(response)",
    () => loose(fetching.notModified)(response()),
    /given \[object Response\]: use the fields/,
  ],
  ["notModified(request)", () => loose(fetching.notModified)(request), /given \[object Request\]/],
  [
    "notModified({ headers })",
    () => loose(fetching.notModified)({ headers: { ETag: '"v1"' } }),
    /use the fields/,
  ],
  ["notModified(state)", () => loose(fetching.notModified)({ ...state, lastModified: 0 }), /validatorFields/],
  ["headersOf(array)", () => loose(adapter.headersOf)(["If-Match", '"v1"']), /use a plain object/],
  ["headersOf(promise)", () => loose(adapter.headersOf)(Promise.resolve({})), /use a plain object/],
  [
    "headersOf(req)",
    () => loose(adapter.headersOf)({ headers: {}, method: "GET" }),
    /`headers` is \[object Object\]: give it the fields/,
  ],
  ["headersOf(fields, fields)", () => loose(adapter.headersOf)({}, {}), /use a plain object/],
  ["headersOf({ name: 1 })", () => loose(adapter.headersOf)({ "if-match": 1 }), /`if-match` is 1/],
  ["madeTag()", () => loose(adapter.madeTag)(), /not an entity tag/],
  ["problemDocument(detail, status)", () => loose(adapter.problemDocument)("gone", 404), /status is gone/],
  [
    "checkMethods({ get })",
    () => adapter.checkMethods({ get: response }, "route()"),
    /route\(\) has no method `get`: did you mean `GET`\?/,
  ],
  ["checkMethods({ GTE })", () => adapter.checkMethods({ GTE: response }, "route()"), /did you mean `GET`\?/],
  [
    "checkMethods({ default })",
    () => adapter.checkMethods({ default: response }, "route()"),
    /no method `default`: use GET, HEAD/,
  ],
  [
    "checkMethods(handler)",
    () => adapter.checkMethods(response, "route()"),
    /given a function: use an object of handlers/,
  ],
];

describe("A wrong call is a TypeError that says what would be right", () => {
  it.each(calls)("%s", async (_, call, message) => {
    const thrown = await Promise.resolve()
      .then(call)
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(TypeError);
    expect((thrown as Error).message).toMatch(message);
  });
});
