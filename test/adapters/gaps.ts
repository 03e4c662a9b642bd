import type { Row } from "@entity-tag/conformance/rows";
import { parseDate } from "@entity-tag/core";
import type { Mode } from "./apps/handlers.ts";
import type { StreamCheck } from "./bed/stream-checks.ts";

/** Rows that a runtime cannot answer as they demand, with the reason. */
export interface Gap {
  reason: string;
  targets: readonly string[];
  rows: Kind;
  /** The beginning of each complaint about such a row. If the row passes, the gap must be removed. */
  found: readonly string[];
}

/** True when all complaints begin so. */
export interface Kind {
  mode?: Mode;
  methods?: readonly string[];
  outcome?: Row["expect"]["outcome"];
  trait?: Trait;
}

/** Kinds of rows that no single member of a row shows. */
export type Trait =
  | "two lines of a date"
  | "obs-text in the tag"
  | "no tag"
  | "an If-Range that holds"
  | "an If-Range with exactly the date, and no range to honour"
  | "a value that HTTP/2 does not allow"
  | "a coding that the client accepts";

const valuesOf = ({ request }: Row, wanted: string): string[] =>
  request.headers.filter(([name]) => name === wanted).map(([, value]) => value);

export const hasTrait: Record<Trait, (row: Row) => boolean> = {
  "two lines of a date": (row) =>
    ["If-Modified-Since", "If-Unmodified-Since"].some((date) => valuesOf(row, date).length > 1),
  "obs-text in the tag": ({ state }) => [...(state?.etag ?? "")].some((character) => character > "~"),
  "no tag": ({ state }) => state !== null && state.etag === undefined,
  "an If-Range that holds": (row) =>
    valuesOf(row, "If-Range").length === 1 && [206, 416].some((status) => row.expect.status.includes(status)),
  "an If-Range with exactly the date, and no range to honour": (row) =>
    row.state?.lastModified !== undefined &&
    valuesOf(row, "If-Range").length === 1 &&
    parseDate(valuesOf(row, "If-Range")[0]) === Math.floor(Number(row.state.lastModified) / 1000) * 1000 &&
    !row.expect.status.includes(206),
  "a coding that the client accepts": (row) =>
    row.state?.codings !== undefined && valuesOf(row, "Accept-Encoding").includes("gzip"),
  "a value that HTTP/2 does not allow": ({ request }) =>
    request.headers.some(([, value]) => value.trim() !== value || /[^\t\x20-\x7e\x80-\xff]/.test(value)),
};

const onNode = [
  ...["no conditions", "node:http", "Express", "Express with files", "Connect", "Polka"],
  ...["Hono", "h3", "Fastify", "Koa", "@entity-tag/fastify", "@entity-tag/koa"],
];
const onBun = ["Bun.serve fetch", "Bun.serve routes", "Elysia"];
const byNodeAdapter = ["node:http", "node:http2", "Express", "Connect", "Polka", "Fastify", "Koa"];
const byHooks = ["@entity-tag/fastify", "@entity-tag/koa"];
const nextTargets = ["Next on Node", "Next on edge"];

const closed = "no answer: the server closed the connection";

export const gaps: readonly Gap[] = [
  {
    reason: "Bun itself compares If-Range with the date of an answer, so this answer has no Last-Modified",
    targets: ["Bun.serve fetch", "Bun.serve routes"],
    rows: { trait: "an If-Range with exactly the date, and no range to honour" },
    found: ["last-modified: undefined instead of"],
  },
  {
    reason:
      "If the state is not known before the handler, a Range beside an If-Range is hidden from a Node handler: it sends the whole",
    targets: [...byNodeAdapter, "Express with files", ...byHooks],
    rows: { mode: "late", methods: ["GET", "QUERY"], trait: "an If-Range that holds" },
    found: ["200 instead of 206", "200 instead of 416"],
  },
  ...(["not-modified", "precondition-failed"] as const).map((outcome) => ({
    reason:
      "nghttp2 leaves out a field whose value HTTP/2 does not allow (RFC 9113 §8.2.1), and Node tells nobody: only `require` guards a write",
    targets: ["node:http2"],
    rows: { outcome, trait: "a value that HTTP/2 does not allow" } as const,
    found: ["200 instead of "],
  })),
  {
    reason: "Node's parser knows no method in lower case: 400, and the connection is closed",
    targets: [...onNode, ...nextTargets],
    rows: { methods: ["get", "put"] },
    found: ["400 instead of "],
  },
  {
    reason: "Bun closes the connection without an answer on a method that it does not know",
    targets: onBun,
    rows: { methods: ["get", "put"] },
    found: [closed],
  },
  {
    reason: "Node gives CONNECT to a `connect` listener, not to the handler: the connection is closed",
    targets: [...onNode, ...nextTargets],
    rows: { methods: ["CONNECT"] },
    found: [closed],
  },
  {
    reason: "Node answers CONNECT by itself in HTTP/2",
    targets: ["node:http2"],
    rows: { methods: ["CONNECT"] },
    found: ["405 instead of "],
  },
  {
    reason: "Deno accepts CONNECT only with an authority as its target (RFC 9110 §9.3.6)",
    targets: ["Deno.serve"],
    rows: { methods: ["CONNECT"] },
    found: ["400 instead of "],
  },
  {
    reason: "There is no `Request` with the method TRACE (Fetch standard)",
    targets: nextTargets,
    rows: { methods: ["TRACE"] },
    found: ["500 instead of "],
  },
  {
    reason: "Next answers 400 to a method that it does not know",
    targets: nextTargets,
    rows: { methods: ["QUERY", "PROPFIND"] },
    found: ["400 instead of "],
  },
  {
    reason:
      "Next passes on only the first of two lines of a date, because Node's `headers` has only that line",
    targets: nextTargets,
    rows: { trait: "two lines of a date" },
    found: ["304 instead of 200", "412 instead of 200"],
  },
  {
    reason: "Express makes a tag of its own for an answer that has none",
    targets: ["Express", "Express with files"],
    rows: { mode: "late", outcome: "precondition-failed", trait: "no tag" },
    found: ['etag: W/"'],
  },
  {
    reason: "Node may write the header in the encoding of the body beside it: obs-text comes out as UTF-8",
    targets: ["Express", "Fastify", "Koa", "Next on Node", ...byHooks],
    rows: { methods: ["GET"], outcome: "proceed", trait: "obs-text in the tag" },
    found: ["etag: "],
  },
  {
    reason: "Node may write the header in the encoding of the body beside it: obs-text comes out as UTF-8",
    targets: ["Hono"],
    rows: { mode: "late", methods: ["GET"], outcome: "proceed", trait: "obs-text in the tag" },
    found: ["etag: "],
  },
  {
    reason: "The edge sandbox of Next writes obs-text as UTF-8",
    targets: ["Next on edge"],
    rows: { methods: ["GET", "HEAD"], outcome: "proceed", trait: "obs-text in the tag" },
    found: ["etag: "],
  },
];

/** Checks of streams that a runtime cannot pass, with the reason. Each of them must fail, or the gap is closed. */
export const streamGaps: readonly { reason: string; targets: readonly string[]; check: StreamCheck }[] = [];
