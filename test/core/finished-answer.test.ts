import type { EntityTag } from "@entity-tag/core";
import { stateOfAnswer, tagOfCodedAnswer } from "@entity-tag/core/adapter";
import { expect, it } from "vitest";

it("stateOfAnswer reads the tag and the date of an answer, and leaves out what is not valid", () => {
  const read = (fields: Record<string, string>, codings?: string[]) =>
    stateOfAnswer((name) => fields[name], codings);
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  expect(read({ etag: 'W/"v1"', "last-modified": date }, ["gzip"])).toMatchObject({
    ...{ etag: 'W/"v1"', lastModified: 784_111_777_000 },
    codings: ["gzip"],
  });
  expect(read({ etag: "unquoted", "last-modified": "yesterday" })).toEqual({});
});

it.each<[why: string, status: number, ifNoneMatch: string | undefined, coding: string, sent: EntityTag]>([
  ["a 200", 200, undefined, "gzip", '"v1-gzip"'],
  ["a 200 to a client that named the tag", 200, '"v1"', "gzip", '"v1-gzip"'],
  ["a 304 to a client that named the tag", 304, '"v1"', "gzip", '"v1"'],
  ["a 304 to a client that named it in its weak spelling", 304, 'W/"v1"', "gzip", '"v1-gzip"'],
  ["a 304 to a client that named another", 304, '"v0"', "br", '"v1-br"'],
  ["a 304 to a client that named no tag", 304, undefined, "gzip", '"v1-gzip"'],
  ["several codings", 200, undefined, "gzip, br", 'W/"v1"'],
])("tagOfCodedAnswer of %s", (_, status, ifNoneMatch, coding, sent) => {
  const request = {
    method: "GET",
    headers: new Headers(ifNoneMatch ? { "If-None-Match": ifNoneMatch } : {}),
  };
  expect(tagOfCodedAnswer(request, status, '"v1"', coding)).toBe(sent);
});
