import { createRequire } from "node:module";
import { SuperHeaders as EarlierHeaders, IfNoneMatch as EarlierIfNoneMatch } from "@mjackson/headers";
import { IfMatch, IfNoneMatch, SuperHeaders } from "@remix-run/headers";
import { eTag as tinyEtag } from "@tinyhttp/etag";
import { handleCacheHeaders, mockEvent } from "h3";
import { sha1 } from "hono/utils/crypto";
import type { Contender } from "./contender.ts";
import type { ListInput, Pair, Question } from "./inputs.ts";
import { type TagMaker, tagMaker } from "./tag-maker.ts";

type Fields = Record<string, string>;
const require = createRequire(import.meta.url);
const fresh: (request: Fields, response: Fields) => boolean = require("fresh");
const etag: (entity: Buffer) => string = require("etag");

/** The input, if it needs the weak comparison: some contenders do not offer `If-Match`. */
const ifWeak = (input: ListInput) => (input.match === "weak" ? input : undefined);
const withoutWeak = (tag: string): string => (tag.startsWith("W/") ? tag.slice(2) : tag);

/** Is this tag in that list? */
export const listCompetitors: readonly Contender<ListInput, boolean>[] = [
  {
    name: "fresh",
    role: "peer",
    prepare: (input) =>
      ifWeak(input) && { request: { "if-none-match": input.field }, response: { etag: input.tag } },
    run: ({ request, response }) => fresh(request, response),
  },
  {
    name: "h3",
    role: "peer",
    prepare: (input) =>
      ifWeak(input) && {
        event: eventWith({ "if-none-match": input.field }),
        conditions: { etag: input.tag },
      },
    run: ({ event, conditions }) => handleCacheHeaders(event, conditions),
  },
  {
    name: "@remix-run/headers",
    role: "peer",
    prepare: (input) => input,
    run: ({ field, tag, match }: ListInput) =>
      (match === "weak" ? IfNoneMatch.from(field) : IfMatch.from(field)).matches(tag),
  },
  {
    name: "@mjackson/headers",
    role: "peer",
    prepare: ifWeak,
    run: ({ field, tag }: ListInput) => new EarlierIfNoneMatch(field).matches(tag),
  },
  {
    name: "split at commas",
    role: "by hand",
    prepare: ifWeak,
    run: ({ field, tag }: ListInput) =>
      field.split(",").some((member) => withoutWeak(member.trim()) === withoutWeak(tag)),
  },
  {
    name: '/"[^"]*"/g',
    role: "by hand",
    prepare: ifWeak,
    run: ({ field, tag }: ListInput) => field.match(/"[^"]*"/g)?.includes(withoutWeak(tag)) ?? false,
  },
];

/** What is this tag? */
export const tagCompetitors: readonly Contender<string, string | undefined>[] = [
  {
    name: "@remix-run/headers",
    role: "peer",
    prepare: (text) => ({ text }),
    run: ({ text }) => IfNoneMatch.from(text).tags[0],
  },
  {
    name: '/^(W\\/)?"([^"]*)"$/',
    role: "by hand",
    prepare: (text) => ({ text }),
    run: ({ text }) => /^(W\/)?"([^"]*)"$/.exec(text.trim())?.[0],
  },
];

/** Are these two tags equal? */
export const pairCompetitors: readonly Contender<Pair, boolean>[] = [
  {
    name: "W/ removed by a replace",
    role: "by hand",
    prepare: (pair) => (pair.match === "weak" ? pair : undefined),
    run: ({ a, b }: Pair) => a.replace(/^W\//, "") === b.replace(/^W\//, ""),
  },
  {
    name: "three times ===",
    role: "by hand",
    prepare: (pair) => (pair.match === "weak" ? pair : undefined),
    run: ({ a, b }: Pair) => a === b || a === `W/${b}` || `W/${a}` === b,
  },
];

/** Which time is this? */
export const dateCompetitors: readonly Contender<string, number | undefined>[] = [
  {
    name: "Date.parse",
    role: "peer",
    prepare: (text) => ({ text }),
    run: ({ text }) => numberOrNothing(Date.parse(text)),
  },
  {
    name: "@remix-run/headers",
    role: "peer",
    prepare: (text) => ({ headers: new SuperHeaders({ "if-modified-since": text }) }),
    run: ({ headers }) => numberOrNothing(headers.ifModifiedSince?.getTime()),
  },
  {
    name: "@mjackson/headers",
    role: "peer",
    prepare: (text) => ({ headers: new EarlierHeaders({ "if-modified-since": text }) }),
    run: ({ headers }) => numberOrNothing(headers.ifModifiedSince?.getTime()),
  },
];

/** May the client keep its copy? The input is a plain object of fields. */
export const bagCompetitors: readonly Contender<Question, boolean>[] = [
  {
    name: "fresh",
    role: "peer",
    prepare: ({ fields, state }) => ({
      request: fields,
      response: { etag: state.etag, "last-modified": new Date(state.lastModified).toUTCString() },
    }),
    run: ({ request, response }) => fresh(request, response),
  },
];

/** May the client keep its copy? The input is a `Headers`. */
export const headersCompetitors: readonly Contender<Question, boolean>[] = [
  {
    name: "h3",
    role: "peer",
    prepare: ({ fields, state }) => ({
      event: eventWith(fields),
      conditions: { etag: state.etag, modifiedTime: new Date(state.lastModified) },
    }),
    run: ({ event, conditions }) => handleCacheHeaders(event, conditions),
  },
];

/** What is the tag of these bytes? */
export const tagMakers: readonly TagMaker[] = [
  tagMaker("etag", "peer", bufferOf, etag),
  // The hash of its etag() is not exported. This function is, and hashes in the same way.
  tagMaker("sha1 of hono", "peer", itself, async (bytes) => `"${await sha1(bytes.buffer)}"`),
  tagMaker("@tinyhttp/etag", "peer", bufferOf, (body) => tinyEtag(body)),
];

function eventWith(headers: Fields) {
  return mockEvent("http://localhost/", { headers });
}

function itself<T>(bytes: T): T {
  return bytes;
}

function bufferOf(bytes: Uint8Array<ArrayBuffer>): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Both return NaN for a text that is not a date. */
function numberOrNothing(ms: number | undefined): number | undefined {
  return ms === undefined || Number.isNaN(ms) ? undefined : ms;
}
