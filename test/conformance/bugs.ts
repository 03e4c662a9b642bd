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

/** Replaces the values of some fields with what a wrong reader makes of them. */
const reading =
  (names: readonly string[], read: (value: string) => string) =>
  (ask: Ask): Ask => ({
    ...ask,
    headers: ask.headers.map(([name, value]) =>
      names.includes(name.toLowerCase()) ? [name, read(value)] : [name, value],
    ),
  });

/** Keeps only one line of each field. */
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
  { name: "It ignores every condition", request: without(...conditions) },
  { name: "It ignores If-Match", request: without("if-match") },
  { name: "It ignores If-None-Match", request: without("if-none-match") },
  { name: "It ignores If-Modified-Since", request: without("if-modified-since") },
  { name: "It ignores If-Unmodified-Since", request: without("if-unmodified-since") },
  { name: "It ignores If-Range, and honours the Range", request: without("if-range") },
  {
    name: "It evaluates conditions only on reads",
    decide: (right, ask) => (isRead(ask) ? right : go),
  },
  {
    name: "It evaluates conditions only on GET",
    decide: (right, ask) => (ask.method === "GET" ? right : go),
  },
  { name: "It evaluates conditions only on writes", decide: (right, ask) => (isRead(ask) ? go : right) },
  {
    name: "It answers 304 to any If-None-Match on a read",
    decide: (right, ask) => (isRead(ask) && has(ask, "if-none-match") ? notModified : right),
  },
  {
    name: "It answers 304 to any If-Modified-Since on a read",
    decide: (right, ask) => (isRead(ask) && has(ask, "if-modified-since") ? notModified : right),
  },
  {
    name: "It treats every condition as false",
    decide: (right, ask) => (conditions.some((name) => has(ask, name)) ? refusal(ask) : right),
  },
  {
    name: "It treats every If-Match as false",
    decide: (right, ask) => (has(ask, "if-match") ? failed : right),
  },
  {
    name: "It treats every If-Unmodified-Since as false",
    decide: (right, ask) => (has(ask, "if-unmodified-since") ? failed : right),
  },
  {
    name: "It treats every If-None-Match on a write as false",
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
  { name: "It changes the resource, and then answers 412", worksFirst: true },
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
    name: "It searches the field for the tag as a substring",
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
    name: "It compares the whole field with the tag, and does not read a list",
    decide: (right, ask, current) => {
      if (current?.etag === undefined) return right;
      if (has(ask, "if-match") && get(ask, "if-match") !== current.etag) return failed;
      if (has(ask, "if-none-match")) return get(ask, "if-none-match") === current.etag ? refusal(ask) : go;
      return right;
    },
  },
  { name: "It splits lists at every comma", request: reading(tagFields, quoted) },
  {
    name: "It uses the tags that it finds in the field, and skips the rest",
    request: reading(tagFields, tagsOf),
  },
  {
    name: "It ignores a list that is not valid",
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
    name: "It refuses a read whose list is not valid",
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
    name: "It accepts no tabs in lists",
    request: reading(tagFields, (value) => (value.includes("\t") ? "x" : value)),
  },
  {
    name: "It accepts no empty list members",
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
    name: "It treats field names as case-sensitive",
    request: (ask) => ({
      ...ask,
      headers: ask.headers.map(([name, value]) => [
        /[A-Z]/.test(name) && name !== name.toUpperCase() ? name : "x-lost",
        value,
      ]),
    }),
  },
  {
    name: "It treats * as a tag",
    request: reading(tagFields, (value) => (value.trim() === "*" ? '"*"' : value)),
  },
  {
    name: 'It treats "*" as *',
    request: reading(tagFields, (value) => (value === '"*"' ? "*" : value)),
  },
  {
    name: "It treats a page without a tag as absent",
    state: (current) => (current && !current.etag ? null : current),
  },
  {
    name: "It treats an absent resource as present on writes",
    state: (current, row) => (current === null && !reads.has(row.request.method) ? {} : current),
  },
  {
    name: 'It gives the tag "v1" to a page without a tag',
    state: (current) => (current && !current.etag ? { ...current, etag: '"v1"' } : current),
  },
  {
    name: "It refuses any conditional read of an absent page, instead of 404",
    decide: (right, ask, current) =>
      isRead(ask) && current === null && conditions.some((name) => has(ask, name)) ? refusal(ask) : right,
  },
  {
    name: "It treats every read of an absent page as a failed If-Match",
    decide: (right, ask, current) => (isRead(ask) && current === null ? failed : right),
  },
  {
    name: "It accepts every date that Date.parse accepts",
    request: reading([...dateFields, "if-range"], asImf),
  },
  {
    name: "It does not accept RFC 850 dates",
    request: reading(dateFields, (value) => (/day, /.test(value) ? "x" : value)),
  },
  {
    name: "It does not accept asctime dates",
    request: reading(dateFields, (value) => (/\d{4}$/.test(value) ? "x" : value)),
  },
  {
    name: "It treats a date that is not valid as now",
    request: reading([...dateFields, "if-range"], (value) =>
      /^[A-Z][a-z]+,? .*(?:GMT|\d{4})$/.test(value) && !Number.isNaN(Date.parse(value))
        ? value
        : "Thu, 26 Nov 2026 12:00:00 GMT",
    ),
  },
  {
    name: "It treats a date that is not valid as 1970",
    request: reading(dateFields, (value) =>
      /^[A-Z][a-z]+,? .*(?:GMT|\d{4})$/.test(value) && !Number.isNaN(Date.parse(value))
        ? value
        : "Thu, 01 Jan 1970 00:00:00 GMT",
    ),
  },
  {
    name: "It compares dates with milliseconds, which an HTTP date does not have",
    decide: (right, ask, current) =>
      current?.lastModified && Number(current.lastModified) % 1000 > 0
        ? has(ask, "if-unmodified-since")
          ? failed
          : go
        : right,
  },
  {
    name: "It compares dates as strings",
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
    name: "It rounds dates down to minutes",
    state: (current) =>
      current?.lastModified === undefined
        ? current
        : { ...current, lastModified: Math.floor(Number(current.lastModified) / 60_000) * 60_000 },
  },
  {
    name: "It evaluates If-Modified-Since on writes",
    decide: (right, ask) =>
      !isRead(ask) && right.outcome === "proceed" && has(ask, "if-modified-since") ? failed : right,
  },
  {
    name: "It evaluates If-Modified-Since instead of If-None-Match when both are sent",
    request: (ask) => (has(ask, "if-modified-since") ? without("if-none-match")(ask) : ask),
  },
  {
    name: "It evaluates If-Unmodified-Since instead of If-Match when both are sent",
    request: (ask) => (has(ask, "if-unmodified-since") ? without("if-match")(ask) : ask),
  },
  {
    name: "It evaluates If-None-Match instead of If-Match when both are sent",
    request: (ask) => (has(ask, "if-none-match") ? without("if-match", "if-unmodified-since")(ask) : ask),
  },
  {
    name: "It evaluates one condition, and ignores the others",
    request: (ask) =>
      has(ask, "if-match")
        ? without(...conditions.slice(1))(ask)
        : has(ask, "if-unmodified-since")
          ? without("if-none-match", "if-modified-since", "if-range")(ask)
          : ask,
  },
  {
    name: "It honours a Range before it evaluates the conditions",
    decide: (right, ask) => (isRead(ask) && has(ask, "range") && !has(ask, "if-range") ? goInRange : right),
  },
  {
    name: "It honours any Range",
    decide: (right, ask) => (isRead(ask) && has(ask, "range") ? goInRange : right),
  },
  {
    name: "It searches If-Range for the tag as a substring",
    decide: (right, ask, current) =>
      right.outcome === "proceed" &&
      ask.method === "GET" &&
      has(ask, "if-range") &&
      get(ask, "if-range")!.includes(opaque(current?.etag) || "-")
        ? goInRange
        : right,
  },
  {
    name: "It accepts a later date in If-Range",
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
    name: "It sends other octets than the Range asks for",
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
    name: "It answers 206 to a Range that is not valid",
    decide: (right) => right,
    answer: (reply, ask) =>
      reply.status === 200 && has(ask, "range") && !has(ask, "if-range") && ask.method === "GET"
        ? { ...reply, status: 206, body: "" }
        : reply,
  },
  {
    name: "It evaluates conditions on OPTIONS, TRACE and CONNECT",
    decide: (right, ask) => (["OPTIONS", "TRACE", "CONNECT"].includes(ask.method) ? failed : right),
  },
  {
    name: "It converts methods to upper case",
    request: (ask) => ({ ...ask, method: ask.method.toUpperCase() }),
    decide: (right, ask, _, row) =>
      row.request.method !== ask.method && right.outcome === "proceed" ? failed : right,
  },
  {
    name: "It does not treat QUERY as a read",
    decide: (right, ask) => (ask.method === "QUERY" ? failed : right),
  },
  { name: "It never requires a condition", policy: (policy) => ({ ...policy, require: false }) },
  {
    name: "It requires a condition on every request",
    decide: (right, ask) =>
      !has(ask, "if-match") && !has(ask, "if-none-match") ? { outcome: "precondition-required" } : right,
  },
  {
    name: "It accepts any condition where a tag is required",
    request: (ask) =>
      !has(ask, "if-match") && conditions.some((name) => has(ask, name))
        ? { ...ask, headers: [...ask.headers, ["If-Match", "*"]] }
        : ask,
  },
  {
    name: "It ignores the list of methods that require a condition",
    policy: (policy) =>
      policy?.require === undefined ? policy : { ...policy, require: ["PUT", "PATCH", "DELETE", "POST"] },
    // Core refuses a method in small letters in this list.
    decide: (right, { method }, _, row) =>
      method === "put" && row.policy?.require !== undefined ? { outcome: "precondition-required" } : right,
  },
  {
    name: "It never answers 400 to a field that is not valid",
    policy: (policy) => ({ ...policy, malformed: "fail" }),
  },
  {
    name: "It ignores the setting to compare If-Match weakly",
    policy: (policy) => ({ ...policy, ifMatch: "strong" }),
  },
  {
    name: "It accepts any tag when it is set to compare If-Match weakly",
    decide: (right, _, __, row) => (row.policy?.ifMatch === "weak" ? go : right),
  },
  {
    name: "It ignores the tags of the other forms of a page",
    state: (current) => (current ? { ...current, alternates: [] } : current),
  },
  {
    name: "It treats the tag of another form as the tag of this form",
    decide: (right, ask, current) =>
      isRead(ask) && current?.alternates ? (has(ask, "if-range") ? goInRange : notModified) : right,
  },
  {
    name: "It does not recognize the tags that its compressor makes",
    state: (current) => (current?.codings ? { ...current, codings: [] } : current),
  },
  {
    name: "It accepts every tag with the suffix of a coding, of any version",
    request: reading([...conditions], (value) => value.replaceAll(/v\d-[a-z]+/g, "v1")),
  },
  { name: "It sends no tag with a 304", answer: dropping(304, "etag") },
  {
    name: "It sends no validator and no Vary with a 200",
    answer: dropping(200, "etag", "last-modified", "vary"),
  },
  {
    name: "It sends only the tag with a 304",
    answer: (reply) =>
      reply.status === 304 ? { ...reply, headers: reply.headers.filter(([name]) => name === "etag") } : reply,
  },
  {
    name: "It sends the client's own field back as the tag of a 304",
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
    name: "It sends fields that describe content with a 304",
    answer: adding(
      304,
      ["content-type", "text/plain"],
      ["content-encoding", "gzip"],
      ["content-language", "en"],
    ),
  },
  { name: "It sends Content-Length: 0 with a 304", answer: adding(304, ["content-length", "0"]) },
  { name: "It sends content with a 304", leaves: true },
  { name: "It sends no tag with a 412", answer: dropping(412, "etag") },
  {
    name: "It sends the Cache-Control of the page with a 412",
    answer: adding(412, ["cache-control", "max-age=60"]),
  },
  { name: "It sends a second answer that was not requested", leaves: true },
  {
    name: "It reads every year of two digits as 20xx",
    request: reading(dateFields, (value) => value.replace(/-(\d\d) /, "-20$1 ")),
  },
  {
    name: "It reads every year of two digits as 19xx",
    request: reading(dateFields, (value) => value.replace(/-(\d\d) /, "-19$1 ")),
  },
];

export type { Current };
