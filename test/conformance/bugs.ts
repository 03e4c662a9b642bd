import type { Ask, Reply } from "@entity-tag/conformance";
import { type Current, type Decision, formatDate } from "@entity-tag/core";
import { type Bug, headersOf } from "./reference.ts";

// Each has been seen in a server, a framework or a library that is in use.

const go: Decision = { outcome: "proceed", range: false };
const goInRange: Decision = { outcome: "proceed", range: true };
const notModified = { outcome: "not-modified", because: "if-none-match" } as const satisfies Decision;
const failed = { outcome: "precondition-failed", because: "if-match" } as const satisfies Decision;

const reads = new Set(["GET", "HEAD", "QUERY"]);
const isRead = (ask: Ask): boolean => reads.has(ask.method);
const get = (ask: Ask, name: string): string | null => headersOf(ask).get(name);
const has = (ask: Ask, name: string): boolean => get(ask, name) !== null;
const refusal = (ask: Ask): Decision => (isRead(ask) ? notModified : failed);

const without =
  (...names: string[]) =>
  (ask: Ask): Ask => ({
    ...ask,
    headers: ask.headers.filter(([name]) => !names.includes(name.toLowerCase())),
  });

/** The value of some fields, read as somebody else reads it. */
const reading =
  (names: readonly string[], read: (value: string) => string) =>
  (ask: Ask): Ask => ({
    ...ask,
    headers: ask.headers.map(([name, value]) =>
      names.includes(name.toLowerCase()) ? [name, read(value)] : [name, value],
    ),
  });

/** Only one line of each field. */
const oneLine =
  (which: "first" | "last") =>
  (ask: Ask): Ask => {
    const lines = which === "first" ? [...ask.headers].reverse() : ask.headers;
    const kept = new Map(lines.map(([name, value]) => [name.toLowerCase(), [name, value] as const]));
    return { ...ask, headers: [...kept.values()] };
  };

const tagFields = ["if-match", "if-none-match"];
const dateFields = ["if-modified-since", "if-unmodified-since"];
const conditions = [...tagFields, ...dateFields, "if-range"];
const tagsOf = (value: string): string => (value.match(/(?:W\/)?"[^"]*"/g) ?? []).join(", ");
const quoted = (value: string): string =>
  value
    .split(",")
    .map((member) => `"${member.trim().replaceAll(/^w\/|["']/gi, "")}"`)
    .join(", ");
const asImf = (value: string): string => {
  const ms = Date.parse(value.split(";")[0]!) || Number(value) * 1000 || Number(value);
  return Number.isNaN(ms) || Number.isNaN(new Date(ms).getTime()) ? value : new Date(ms).toUTCString();
};

const dropping =
  (status: number, ...names: string[]) =>
  (reply: Reply): Reply =>
    reply.status === status
      ? { ...reply, headers: reply.headers.filter(([name]) => !names.includes(name)) }
      : reply;
const adding =
  (status: number, ...lines: [string, string][]) =>
  (reply: Reply): Reply =>
    reply.status === status ? { ...reply, headers: [...reply.headers, ...lines] } : reply;

const opaque = (tag: string | undefined): string => tag?.replace(/^W\//, "").slice(1, -1) ?? "";

export const bugs: readonly Bug[] = [
  { name: "It knows no conditions", request: without(...conditions) },
  { name: "It asks no If-Match", request: without("if-match") },
  { name: "It asks no If-None-Match", request: without("if-none-match") },
  { name: "It asks no If-Modified-Since", request: without("if-modified-since") },
  { name: "It asks no If-Unmodified-Since", request: without("if-unmodified-since") },
  { name: "It asks no If-Range, and honours the Range", request: without("if-range") },
  {
    name: "It asks conditions of reads only",
    decide: (right, ask) => (isRead(ask) ? right : go),
  },
  {
    name: "It asks conditions of GET only",
    decide: (right, ask) => (ask.method === "GET" ? right : go),
  },
  { name: "It asks conditions of writes only", decide: (right, ask) => (isRead(ask) ? go : right) },
  {
    name: "Any If-None-Match on a read is a 304",
    decide: (right, ask) => (isRead(ask) && has(ask, "if-none-match") ? notModified : right),
  },
  {
    name: "Any If-Modified-Since on a read is a 304",
    decide: (right, ask) => (isRead(ask) && has(ask, "if-modified-since") ? notModified : right),
  },
  {
    name: "Any condition is taken for failed",
    decide: (right, ask) => (conditions.some((name) => has(ask, name)) ? refusal(ask) : right),
  },
  {
    name: "Any If-Match is taken for failed",
    decide: (right, ask) => (has(ask, "if-match") ? failed : right),
  },
  {
    name: "Any If-Unmodified-Since is taken for failed",
    decide: (right, ask) => (has(ask, "if-unmodified-since") ? failed : right),
  },
  {
    name: "Any If-None-Match on a write is taken for failed",
    decide: (right, ask) => (!isRead(ask) && has(ask, "if-none-match") ? failed : right),
  },
  {
    name: "It answers 304 to writes",
    answer: (reply, ask) =>
      reply.status === 412 && has(ask, "if-none-match") ? { status: 304, headers: [], body: "" } : reply,
  },
  {
    name: "It answers 412 to reads that are not modified",
    answer: (reply) => (reply.status === 304 ? { ...reply, status: 412 } : reply),
  },
  { name: "It does its work, and refuses then", worksFirst: true },
  { name: "It compares If-Match weakly", policy: (policy) => ({ ...policy, ifMatch: "weak" }) },
  {
    name: "It strips W/ before it compares",
    request: reading([...tagFields, "if-range"], (value) => value.replaceAll("W/", "")),
    state: (current) => (current?.etag ? { ...current, etag: `"${opaque(current.etag)}"` } : current),
  },
  {
    name: "It compares If-None-Match strongly",
    decide: (right, ask, current) =>
      "because" in right &&
      right.because === "if-none-match" &&
      get(ask, "if-none-match") !== "*" &&
      (current?.etag?.startsWith("W/") ||
        !tagsOf(get(ask, "if-none-match") ?? "")
          .split(", ")
          .includes(current?.etag ?? ""))
        ? go
        : right,
  },
  {
    name: "It looks for the tag as a part of the field",
    decide: (right, ask, current) => {
      const inside = (name: string) =>
        get(ask, name)?.toLowerCase().includes(opaque(current?.etag).toLowerCase());
      if (current?.etag === undefined) return right;
      if (has(ask, "if-match") && !inside("if-match")) return failed;
      if (has(ask, "if-none-match")) return inside("if-none-match") ? refusal(ask) : go;
      return has(ask, "if-match") ? go : right;
    },
  },
  {
    name: "It compares the whole field with the tag",
    decide: (right, ask, current) => {
      if (current?.etag === undefined) return right;
      if (has(ask, "if-match") && get(ask, "if-match") !== current.etag) return failed;
      if (has(ask, "if-none-match")) return get(ask, "if-none-match") === current.etag ? refusal(ask) : go;
      return right;
    },
  },
  { name: "It splits lists at every comma", request: reading(tagFields, quoted) },
  { name: "It takes the tags that it finds, and drops the rest", request: reading(tagFields, tagsOf) },
  {
    name: "It ignores a list that it cannot read",
    decide: (right, ask, current) =>
      right.outcome !== "proceed" &&
      tagFields.some(
        (name) =>
          has(ask, name) &&
          !/^\s*(?:\*|[\t ,]*(?:(?:W\/)?"[^"\s]*"[\t ]*(?:,[\t ,]*|$))*)\s*$/.test(get(ask, name)!),
      ) &&
      current !== undefined
        ? go
        : right,
  },
  {
    name: "It refuses a read whose list it cannot read",
    decide: (right, ask) =>
      isRead(ask) &&
      tagFields.some(
        (name) =>
          has(ask, name) &&
          !/^\s*(?:\*|[\t ,]*(?:(?:W\/)?"[^"\s]*"[\t ]*(?:,[\t ,]*|$))*)\s*$/.test(get(ask, name)!),
      )
        ? { outcome: "not-modified", because: "if-none-match" }
        : right,
  },
  { name: "It reads the first line of a field only", request: oneLine("first") },
  { name: "It reads the last line of a field only", request: oneLine("last") },
  {
    name: "It knows no tabs in lists",
    request: reading(tagFields, (value) => (value.includes("\t") ? "x" : value)),
  },
  {
    name: "It knows no empty members",
    request: reading(tagFields, (value) => (/(?:^|,)[\t ]*(?:,|$)/.test(value) ? "x" : value)),
  },
  {
    name: "It reads ten tags at most",
    request: reading(tagFields, (value) => value.split(",").slice(0, 10).join(",")),
  },
  { name: "It reads 300 characters at most", request: reading(tagFields, (value) => value.slice(0, 300)) },
  {
    name: "It refuses obs-text",
    request: reading(tagFields, (value) => (/[\x80-\xff]/.test(value) ? "x" : value)),
  },
  {
    name: "It unescapes a backslash",
    request: reading(tagFields, (value) => value.replaceAll(/\\(.)/g, "$1")),
  },
  {
    name: "It takes a field name for its case",
    request: (ask) => ({
      ...ask,
      headers: ask.headers.map(([name, value]) => [
        /[A-Z]/.test(name) && name !== name.toUpperCase() ? name : "x-lost",
        value,
      ]),
    }),
  },
  {
    name: "It takes a star for a tag",
    request: reading(tagFields, (value) => (value.trim() === "*" ? '"*"' : value)),
  },
  {
    name: "It takes a quoted star for a star",
    request: reading(tagFields, (value) => (value === '"*"' ? "*" : value)),
  },
  {
    name: "It takes a star for true where no tag is",
    state: (current) => (current && !current.etag ? null : current),
  },
  {
    name: "It takes any star for here",
    state: (current, row) => (current === null && !reads.has(row.request.method) ? {} : current),
  },
  {
    name: "It takes what has no tag for what has the first",
    state: (current) => (current && !current.etag ? { ...current, etag: '"v1"' } : current),
  },
  {
    name: "It asks conditions of what is not there",
    decide: (right, ask, current) =>
      isRead(ask) && current === null && conditions.some((name) => has(ask, name)) ? refusal(ask) : right,
  },
  {
    name: "It answers 412 to any If-Match where nothing is to be read",
    decide: (right, ask, current) => (isRead(ask) && current === null ? failed : right),
  },
  { name: "It takes Date.parse for an HTTP date", request: reading([...dateFields, "if-range"], asImf) },
  {
    name: "It reads no RFC 850 date",
    request: reading(dateFields, (value) => (/day, /.test(value) ? "x" : value)),
  },
  {
    name: "It reads no asctime date",
    request: reading(dateFields, (value) => (/\d{4}$/.test(value) ? "x" : value)),
  },
  {
    name: "It takes a date that it cannot read for now",
    request: reading([...dateFields, "if-range"], (value) =>
      /^[A-Z][a-z]+,? .*(?:GMT|\d{4})$/.test(value) && !Number.isNaN(Date.parse(value))
        ? value
        : "Thu, 26 Nov 2026 12:00:00 GMT",
    ),
  },
  {
    name: "It takes a date that it cannot read for long ago",
    request: reading(dateFields, (value) =>
      /^[A-Z][a-z]+,? .*(?:GMT|\d{4})$/.test(value) && !Number.isNaN(Date.parse(value))
        ? value
        : "Thu, 01 Jan 1970 00:00:00 GMT",
    ),
  },
  {
    name: "It asks whether something is newer by a millisecond",
    decide: (right, ask, current) =>
      current?.lastModified && Number(current.lastModified) % 1000 > 0
        ? has(ask, "if-unmodified-since")
          ? failed
          : go
        : right,
  },
  {
    name: "It compares dates as texts",
    decide: (right, ask, current) => {
      const modified = current?.lastModified;
      if (modified === undefined || right.outcome === "precondition-required") return right;
      const text = formatDate(Number(modified));
      const since = get(ask, "if-modified-since");
      if (isRead(ask) && since !== null && !has(ask, "if-none-match"))
        return text > since ? go : { outcome: "not-modified", because: "if-modified-since" };
      const unmodified = get(ask, "if-unmodified-since");
      if (unmodified === null || has(ask, "if-match")) return right;
      return text > unmodified ? failed : go;
    },
  },
  {
    name: "It cuts dates to minutes",
    state: (current) =>
      current?.lastModified === undefined
        ? current
        : { ...current, lastModified: Math.floor(Number(current.lastModified) / 60_000) * 60_000 },
  },
  {
    name: "It asks If-Modified-Since of writes",
    decide: (right, ask) =>
      !isRead(ask) && right.outcome === "proceed" && has(ask, "if-modified-since") ? failed : right,
  },
  {
    name: "It asks If-Modified-Since beside If-None-Match",
    request: (ask) => (has(ask, "if-modified-since") ? without("if-none-match")(ask) : ask),
  },
  {
    name: "It asks If-Unmodified-Since beside If-Match",
    request: (ask) => (has(ask, "if-unmodified-since") ? without("if-match")(ask) : ask),
  },
  {
    name: "It asks If-None-Match before If-Match",
    request: (ask) => (has(ask, "if-none-match") ? without("if-match", "if-unmodified-since")(ask) : ask),
  },
  {
    name: "It asks one condition and no more",
    request: (ask) =>
      has(ask, "if-match")
        ? without(...conditions.slice(1))(ask)
        : has(ask, "if-unmodified-since")
          ? without("if-none-match", "if-modified-since", "if-range")(ask)
          : ask,
  },
  {
    name: "It honours a Range before it asks anything",
    decide: (right, ask) => (isRead(ask) && has(ask, "range") && !has(ask, "if-range") ? goInRange : right),
  },
  {
    name: "It honours any Range",
    decide: (right, ask) => (isRead(ask) && has(ask, "range") ? goInRange : right),
  },
  {
    name: "It compares If-Range as a part",
    decide: (right, ask, current) =>
      right.outcome === "proceed" &&
      ask.method === "GET" &&
      has(ask, "if-range") &&
      get(ask, "if-range")!.includes(opaque(current?.etag) || "-")
        ? goInRange
        : right,
  },
  {
    name: "It asks If-Range whether the date is later",
    decide: (right, ask, current) =>
      right.outcome === "proceed" &&
      has(ask, "if-range") &&
      Date.parse(get(ask, "if-range")!) >= Number(current?.lastModified)
        ? goInRange
        : right,
  },
  {
    name: "It honours a Range of any method",
    answer: (reply, ask) =>
      reply.status === 200 && has(ask, "range") && ask.method !== "GET" && ask.method !== "HEAD"
        ? { ...reply, status: 206 }
        : reply,
  },
  {
    name: "It answers 206 to HEAD",
    answer: (reply, ask) =>
      ask.method === "HEAD" && has(ask, "range") && reply.status === 200 ? { ...reply, status: 206 } : reply,
  },
  {
    name: "It honours every Range, also without If-Range asked, but sends other octets",
    answer: (reply) =>
      reply.status === 206
        ? {
            ...reply,
            body: "zzzz",
            headers: reply.headers.map(([name, value]) =>
              name === "content-range" ? [name, "bytes 1-4/18"] : [name, value],
            ),
          }
        : reply,
  },
  {
    name: "It answers 206 to a range beyond the end",
    answer: (reply) => (reply.status === 416 ? { ...reply, status: 206, body: "" } : reply),
  },
  {
    name: "It honours what is no range",
    decide: (right) => right,
    answer: (reply, ask) =>
      reply.status === 200 && has(ask, "range") && !has(ask, "if-range") && ask.method === "GET"
        ? { ...reply, status: 206, body: "" }
        : reply,
  },
  {
    name: "It judges OPTIONS, TRACE and CONNECT",
    decide: (right, ask) => (["OPTIONS", "TRACE", "CONNECT"].includes(ask.method) ? failed : right),
  },
  {
    name: "It writes methods in capitals",
    request: (ask) => ({ ...ask, method: ask.method.toUpperCase() }),
    decide: (right, ask, _, row) =>
      row.request.method !== ask.method && right.outcome === "proceed" ? failed : right,
  },
  { name: "It knows no QUERY as a read", decide: (right, ask) => (ask.method === "QUERY" ? failed : right) },
  { name: "It requires no condition", policy: (policy) => ({ ...policy, require: false }) },
  {
    name: "It requires a condition of everything",
    decide: (right, ask) =>
      !has(ask, "if-match") && !has(ask, "if-none-match") ? { outcome: "precondition-required" } : right,
  },
  {
    name: "It takes any condition for enough",
    request: (ask) =>
      !has(ask, "if-match") && conditions.some((name) => has(ask, name))
        ? { ...ask, headers: [...ask.headers, ["If-Match", "*"]] }
        : ask,
  },
  {
    name: "It requires a condition of all methods or of none",
    policy: (policy) =>
      policy?.require === undefined
        ? policy
        : { ...policy, require: ["PUT", "PATCH", "DELETE", "POST", "put"] },
  },
  { name: "It rejects nothing", policy: (policy) => ({ ...policy, malformed: "fail" }) },
  {
    name: "It does not compare weakly where it was told to",
    policy: (policy) => ({ ...policy, ifMatch: "strong" }),
  },
  {
    name: "It takes any tag where it was told to compare weakly",
    decide: (right, _, __, row) => (row.policy?.ifMatch === "weak" ? go : right),
  },
  {
    name: "It knows one tag of a version",
    state: (current) => (current ? { ...current, alternates: [] } : current),
  },
  {
    name: "It takes a tag of another form for its own",
    decide: (right, ask, current) =>
      isRead(ask) && current?.alternates ? (has(ask, "if-range") ? goInRange : notModified) : right,
  },
  {
    name: "It does not know its compressor",
    state: (current) => (current?.codings ? { ...current, codings: [] } : current),
  },
  {
    name: "It takes any coding of any version",
    request: reading([...conditions], (value) => value.replaceAll(/v\d-[a-z]+/g, "v1")),
  },
  { name: "It has no tag in a 304", answer: dropping(304, "etag") },
  { name: "It has no date in a 200", answer: dropping(200, "etag", "last-modified", "vary") },
  {
    name: "It has nothing but the tag in a 304",
    answer: (reply) =>
      reply.status === 304 ? { ...reply, headers: reply.headers.filter(([name]) => name === "etag") } : reply,
  },
  {
    name: "It sends back the tag of the client in a 304",
    answer: (reply, ask) =>
      reply.status === 304
        ? {
            ...reply,
            headers: reply.headers.map(([name, value]) =>
              name === "etag" ? [name, get(ask, "if-none-match") ?? value] : [name, value],
            ),
          }
        : reply,
  },
  {
    name: "It describes the content in a 304",
    answer: adding(
      304,
      ["content-type", "text/plain"],
      ["content-encoding", "gzip"],
      ["content-language", "en"],
    ),
  },
  { name: "It says Content-Length: 0 in a 304", answer: adding(304, ["content-length", "0"]) },
  { name: "It sends content with a 304", leaves: true },
  { name: "It has no tag in a 412", answer: dropping(412, "etag") },
  {
    name: "It sends the lifetime of the page with a 412",
    answer: adding(412, ["cache-control", "max-age=60"]),
  },
  { name: "It leaves a second answer on the connection", leaves: true },
  {
    name: "It takes a year of two digits for this century",
    request: reading(dateFields, (value) => value.replace(/-(\d\d) /, "-20$1 ")),
  },
  {
    name: "It takes a year of two digits for the last century",
    request: reading(dateFields, (value) => value.replace(/-(\d\d) /, "-19$1 ")),
  },
];

export type { Current };
