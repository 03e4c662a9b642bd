import type { Row } from "../rows.ts";
import type { Mode } from "./apps/handlers.ts";

/** Rows that a runtime cannot answer as they demand, and why. Each of them must fail, or the gap is closed. */
export interface Gap {
  reason: string;
  targets: readonly string[];
  /** Default: both. */
  mode?: Mode;
  covers(row: Row): boolean;
}

const frameworks = ["Express", "Connect", "Polka", "Hono", "h3", "Fastify", "Koa"];
const nextTargets = ["Next on Node", "Next on edge"];
const onNode = ["node:http", ...frameworks, ...nextTargets];

const isMethod =
  (...methods: string[]): Gap["covers"] =>
  ({ method }) =>
    methods.includes(method);
const hasTwoDates: Gap["covers"] = ({ headers }) =>
  ["If-Modified-Since", "If-Unmodified-Since"].some(
    (date) => headers.filter(([name]) => name === date).length > 1,
  );
/** Its tag has obs-text in it, and is sent. */
const sendsObsText: Gap["covers"] = ({ state, outcome }) =>
  outcome === "proceed" && [...(state?.etag ?? "")].some((character) => character > "~");

export const gaps: readonly Gap[] = [
  {
    reason: "Node's parser knows no method in lower case: 400, and the connection is closed",
    targets: onNode,
    covers: isMethod("get", "put"),
  },
  {
    reason: "Bun closes the connection without an answer on a method that it does not know",
    targets: ["Bun.serve fetch", "Bun.serve routes", "Elysia"],
    covers: isMethod("get", "put"),
  },
  {
    reason:
      "Node gives CONNECT to a `connect` listener, not to the handler: the connection is closed, or 405 in HTTP/2",
    targets: [...onNode, "node:http2"],
    covers: isMethod("CONNECT"),
  },
  {
    reason: "Deno takes CONNECT with an authority for its target only (RFC 9110 §9.3.6): 400 otherwise",
    targets: ["Deno.serve"],
    covers: isMethod("CONNECT"),
  },
  {
    reason: "There is no `Request` with the method TRACE (Fetch standard): 500",
    targets: ["Fastify", "Koa", ...nextTargets],
    covers: isMethod("TRACE"),
  },
  {
    reason: "Next answers 400 to a method that it does not know",
    targets: nextTargets,
    covers: isMethod("QUERY", "PROPFIND"),
  },
  {
    reason: "Next passes on the first of two lines of a date only, as Node's `headers` has it",
    targets: nextTargets,
    covers: hasTwoDates,
  },
  {
    reason: "Node may write the header in the encoding of the body beside it: obs-text comes out as UTF-8",
    targets: ["Express", "Hono"],
    mode: "late",
    covers: (row) => row.method === "GET" && sendsObsText(row),
  },
  {
    reason: "Node may write the header in the encoding of the body beside it: obs-text comes out as UTF-8",
    targets: ["Next on Node"],
    covers: (row) => row.method === "GET" && sendsObsText(row),
  },
  {
    reason: "The edge sandbox of Next writes obs-text as UTF-8",
    targets: ["Next on edge"],
    covers: (row) => (row.method === "GET" || row.method === "HEAD") && sendsObsText(row),
  },
];
