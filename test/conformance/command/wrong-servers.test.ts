// Mistakes of real servers, each in a whole server: the report names the mistake, its section, its octets and its
// consequence.
import { gzipSync } from "node:zlib";
import { parseDate } from "@entity-tag/core";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type Asked,
  due,
  empty,
  headOf,
  notModified,
  type Page,
  part,
  plain,
  refused,
  send,
  serve,
  validators,
  type Ways,
  written,
} from "../servers/wire-server.ts";
import { run } from "./run.ts";

const stopping: (() => void)[] = [];
afterAll(() => {
  for (const stop of stopping) stop();
});

type Serve = (asked: Asked, page: Page, count: number) => Answer;

const without = (asked: Asked, ...names: string[]): Asked => ({
  ...asked,
  get: (name) => (names.includes(name.toLowerCase()) ? null : asked.get(name)),
});
const with_ = (asked: Asked, name: string, value: string | null): Asked => ({
  ...asked,
  get: (wanted) => (wanted.toLowerCase() === name ? value : asked.get(wanted)),
});
const noneMatch = (asked: Asked) => asked.get("if-none-match") ?? "";
const match = (asked: Asked) => asked.get("if-match") ?? "";
const since = (asked: Asked) => asked.get("if-modified-since") ?? "";
const ifRange = (asked: Asked) => asked.get("if-range") ?? "";
const tagOf = ({ etag = '""' }: Page) => etag;
const dateOf = (page: Page) => validators(page)["Last-Modified"] ?? "";
const isCoded = (asked: Asked) => /gzip/.test(asked.get("accept-encoding") ?? "");
const isWrite = ({ method }: Asked) => method !== "GET" && method !== "HEAD" && method !== "OPTIONS";

const changing =
  (status: number, change: (answer: Answer, asked: Asked, page: Page) => void): Serve =>
  (asked, page) => {
    const answer = due(asked, page);
    if (answer.status === status) change(answer, asked, page);
    return answer;
  };

/** A server that compares If-Modified-Since in its own way, when no If-None-Match is sent. */
const byDate =
  (isUnmodified: (value: string, page: Page) => boolean): Serve =>
  (asked, page) => {
    if (since(asked) === "" || noneMatch(asked) !== "") return due(asked, page);
    return isUnmodified(since(asked), page)
      ? notModified(page)
      : due(without(asked, "if-modified-since"), page);
  };

const compressing =
  (etag: (tag: string) => string | undefined, vary: string | undefined): Serve =>
  (asked, page) => {
    const answer = due(asked, page);
    if (vary !== undefined) answer.headers.Vary = vary;
    if (answer.status !== 200 || !isCoded(asked)) return answer;
    const { ETag: _, ...headers } = answer.headers;
    const tag = etag(tagOf(page));
    return {
      ...answer,
      headers: { ...headers, ...(tag !== undefined && { ETag: tag }), "Content-Encoding": "gzip" },
      body: gzipSync(answer.body),
    };
  };

/** Each mistake with the id of the question that must report it. */
const reading: Record<string, [Serve, string]> = {
  "If-None-Match is ignored": [(asked, page) => due(without(asked, "if-none-match"), page), "tag-own"],
  "If-Modified-Since is ignored": [
    (asked, page) => due(without(asked, "if-modified-since"), page),
    "date-own",
  ],
  "If-Match is ignored": [(asked, page) => due(without(asked, "if-match"), page), "match-other"],
  "If-Unmodified-Since is ignored": [
    (asked, page) => due(without(asked, "if-unmodified-since"), page),
    "unmodified-earlier",
  ],
  "If-Range is ignored": [(asked, page) => due(without(asked, "if-range"), page), "range-other-tag"],
  "the field is compared as one tag, and no list is parsed": [
    (asked, page) =>
      noneMatch(asked).includes(",") ? due(with_(asked, "if-none-match", '"none"'), page) : due(asked, page),
    "tag-list-last",
  ],
  "the field is searched for the tag as a substring": [
    (asked, page) =>
      noneMatch(asked).includes(tagOf(page).slice(1, -1)) && match(asked) === ""
        ? notModified(page)
        : due(asked, page),
    "tag-longer",
  ],
  "If-None-Match is compared strongly": [
    (asked, page) =>
      due(with_(asked, "if-none-match", noneMatch(asked).replaceAll('W/"', '"weak-') || null), page),
    "tag-other-form",
  ],
  "If-Match is compared weakly": [
    (asked, page) => due(with_(asked, "if-match", match(asked).replaceAll("W/", "") || null), page),
    "match-weak",
  ],
  "If-Range is compared weakly": [
    (asked, page) => due(with_(asked, "if-range", ifRange(asked).replace("W/", "") || null), page),
    "range-weak-tag",
  ],
  "If-Range takes any later date": [
    (asked, page) => {
      const isLater = (parseDate(ifRange(asked)) ?? 0) >= (page.modified ?? 0);
      return due(isLater ? with_(asked, "if-range", dateOf(page)) : asked, page);
    },
    "range-later-date",
  ],
  "If-Range takes a list": [
    (asked, page) => due(/", "/.test(ifRange(asked)) ? with_(asked, "if-range", tagOf(page)) : asked, page),
    "range-list",
  ],
  "a range beyond the end gets a 416 before If-Range is evaluated": [
    (asked, page) => {
      const answer = part(asked, page);
      return answer?.status === 416 ? answer : due(asked, page);
    },
    "range-beyond-other-tag",
  ],
  "a part begins one octet too late": [
    (asked, page) => {
      const answer = due(asked, page);
      return answer.status === 206 ? { ...answer, body: Buffer.from(page.body.slice(1, 5)) } : answer;
    },
    "range-part",
  ],
  "a range is honoured before If-None-Match is evaluated": [
    (asked, page) => (noneMatch(asked) === "" ? undefined : part(asked, page)) ?? due(asked, page),
    "range-after-304",
  ],
  "dates are compared as strings": [byDate((value, page) => value >= dateOf(page)), "date-earlier-text"],
  "dates must be equal": [byDate((value, page) => value === dateOf(page)), "date-later"],
  "dates are read by Date.parse": [
    byDate((value, { modified = 0 }) => Date.parse(value) >= modified),
    "date-iso",
  ],
  "a date that is not valid is treated as now": [
    byDate((value, { modified = 0 }) => !(Date.parse(value) < modified)),
    "date-words",
  ],
  "the date decides although a tag was sent": [
    (asked, page) =>
      (parseDate(since(asked)) ?? 0) >= (page.modified ?? 0) ? notModified(page) : due(asked, page),
    "date-after-other-tag",
  ],
  "a 304 has no tag": [
    changing(304, ({ headers }) => {
      delete headers.ETag;
    }),
    "tag-304-fields",
  ],
  "a 304 has another tag": [
    changing(304, ({ headers }) => {
      headers.ETag = '"another"';
    }),
    "tag-304-same-tag",
  ],
  "a 304 has Content-Length: 0": [
    changing(304, ({ headers }) => {
      headers["Content-Length"] = "0";
    }),
    "tag-304-length",
  ],
  "the tag has no quotes": [
    changing(200, ({ headers }) => {
      headers.ETag = "v1-Aa";
    }),
    "validator-tag-syntax",
  ],
  "the date is an ISO date": [
    changing(200, ({ headers }, _, { modified = 0 }) => {
      headers["Last-Modified"] = new Date(modified).toISOString();
    }),
    "validator-date-syntax",
  ],
  "the date is in the future": [
    (asked, page) => {
      page.modified = Date.UTC(2100, 0, 1);
      return due(asked, page);
    },
    "validator-date-not-later",
  ],
  "each worker makes different tags": [
    (asked, page, count) => due(asked, { ...page, etag: count % 2 ? '"one-1"' : '"two-2"' }),
    "validator-tag-stable",
  ],
  "gzip and identity share a strong tag": [compressing((tag) => tag, "Accept-Encoding"), "coding-shared-tag"],
  "a compressor drops the tag": [compressing(() => undefined, "Accept-Encoding"), "coding-keeps-tag"],
  "a compressor makes the tag weak": [
    compressing((tag) => `W/${tag}`, "Accept-Encoding"),
    "coding-writable-tag",
  ],
  "a compressor changes the tag, and the server does not know it": [
    compressing((tag) => tag.replace(/"$/, '-gzip"'), "Accept-Encoding"),
    "coding-own-tag",
  ],
  "a compressor does not send Vary": [
    compressing((tag) => tag.replace(/"$/, '-gzip"'), undefined),
    "coding-vary",
  ],
  "an absent page gets a 304": [
    (asked, page) =>
      asked.path !== "/page" && noneMatch(asked) === "*" ? notModified(page) : due(asked, page),
    "absent-star",
  ],
  "a long field gets a 500": [
    (asked, page) =>
      noneMatch(asked).length > 50_000 ? { status: 500, headers: {}, body: empty } : due(asked, page),
    "hostile-long",
  ],
};

const writing: Record<string, [Serve, string]> = {
  "an ETag is sent, and If-Match is ignored": [
    (asked, page) => due(without(asked, "if-match"), page),
    "write-forged",
  ],
  "the server writes, and then answers 412": [
    (asked, page) => {
      const answer = due(asked, page);
      if (isWrite(asked) && answer.status === 412) written(asked, page);
      return answer;
    },
    "write-forged",
  ],
  "a refused write is answered 200": [
    (asked, page) => {
      const answer = due(asked, page);
      return isWrite(asked) && answer.status === 412 ? { ...answer, status: 200 } : answer;
    },
    "write-forged",
  ],
  "If-Match is compared weakly": [
    (asked, page) => due(with_(asked, "if-match", match(asked).replaceAll("W/", "") || null), page),
    "write-weak",
  ],
  "no list is parsed": [
    (asked, page) => (match(asked).includes(",") ? refused : due(asked, page)),
    "write-list",
  ],
  "the field is searched for the tag as a substring": [
    (asked, page) =>
      asked.method === "PUT" && match(asked).includes(tagOf(page).slice(1, -1))
        ? written(asked, page)
        : due(asked, page),
    "write-list-stale",
  ],
  "* is treated as a tag": [
    (asked, page) => (match(asked) === "*" ? refused : due(asked, page)),
    "write-star",
  ],
  "If-None-Match: * is ignored": [
    (asked, page) => due(without(asked, "if-none-match"), page),
    "write-create-only",
  ],
  "a write is answered 304": [
    (asked, page) => {
      const answer = due(asked, page);
      return isWrite(asked) && answer.status === 412 && noneMatch(asked) !== "" ? notModified(page) : answer;
    },
    "write-none-match-own",
  ],
  "If-Unmodified-Since is ignored": [
    (asked, page) => due(without(asked, "if-unmodified-since"), page),
    "write-unmodified-earlier",
  ],
  "a write does not change the tag": [
    (asked, page) => {
      const { etag } = page;
      const answer = due(asked, page);
      if (etag !== undefined) page.etag = etag;
      return isWrite(asked) ? { ...answer, headers: {} } : answer;
    },
    "write-tag-changes",
  ],
  "the answer to a write has the previous tag": [
    (asked, page) => {
      const { etag = '""' } = page;
      const answer = due(asked, page);
      if (answer.status === 204 && isWrite(asked)) answer.headers.ETag = etag;
      return answer;
    },
    "write-answer-tag",
  ],
  "POST asks nothing": [
    (asked, page) => (asked.method === "POST" ? written(asked, page) : due(asked, page)),
    "post-stale",
  ],
};

async function reported(ways: Ways, ...args: string[]) {
  const server = await serve(ways);
  stopping.push(server.close);
  return run([server.url, "--timeout", "2", ...args]);
}

/** The lines of the report about one question. */
const told = (out: string, id: string): string =>
  new RegExp(`^(?:FAIL|WARNING) ${id} [\\s\\S]*?\\n(?=\\n|[A-Z]{3})`, "m").exec(out)?.[0] ?? "";

function expectTold({ status, out, err }: Awaited<ReturnType<typeof run>>, id: string): void {
  const text = told(out, id);
  expect(text, `${out}\n${err}`).not.toBe("");
  expect(text).toMatch(/RFC \d+ §\d/);
  expect(text).toMatch(/Your users notice: \S/);
  expect(text).toMatch(/^ {4}> [A-Z]+ \//m);
  expect(text).toMatch(/^ {4}< HTTP\/1\.1 \d/m);
  expect(status).toBe(text.startsWith("FAIL") ? 1 : status);
}

describe.concurrent("the report names the mistake", () => {
  it.for(Object.entries(reading))("%s", async ([, [answer, id]]) => {
    expectTold(await reported({ answer }), id);
  });

  it("a 304 has a body", async () => {
    const write: Ways["write"] = (socket, answer, asked) =>
      answer.status === 304
        ? send(socket, `${headOf(answer)}\r\n`, Buffer.from("hello"))
        : plain(socket, answer, asked);
    const printed = await reported({ write });
    expectTold(printed, "connection-after-304");
    expect(printed.out).toMatch(/! Do readers get 304s\? .*connection-after-304/);
  });

  it.for(Object.entries(writing))("in writes: %s", async ([, [answer, id]]) => {
    expectTold(await reported({ answer }, "--write", "--yes", "--only", "writes"), id);
  });

  it("a tag with a small w is shown as it was sent, because its case is the mistake", async () => {
    const answer = changing(200, ({ headers }) => {
      headers.ETag = 'w/"v1"';
    });
    const printed = await reported({ answer });
    expectTold(printed, "validator-tag-syntax");
    expect(printed.out).toContain('  ETag: w/"v1" is not an entity tag.');
  });

  it("in writes: a page that a POST has created is deleted", async () => {
    const made = new Set<string>();
    const answer: Serve = (asked, page) => {
      if (asked.method === "POST" && asked.path === "/page") {
        made.add("/page/1");
        return { status: 201, headers: { Location: "/page/1" }, body: empty };
      }
      if (asked.method === "DELETE" && made.delete(asked.path))
        return { status: 204, headers: {}, body: empty };
      return due(asked, page);
    };
    const printed = await reported({ answer }, "--write", "--yes", "--only", "writes");
    expectTold(printed, "post-stale");
    expect(made.size).toBe(0);
  });

  it("in writes: a page that refuses writes gets only one", async () => {
    const answer: Serve = (asked, page) =>
      isWrite(asked) ? { status: 401, headers: {}, body: empty } : due(asked, page);
    const { status, out } = await reported({ answer }, "--write", "--yes", "--only", "writes");
    expect(out.match(/^NOT SET UP/gm)).toHaveLength(1);
    expect(out).toContain("A write is answered 401: give its credentials with --header.");
    expect(status).toBe(0);
  });
});
