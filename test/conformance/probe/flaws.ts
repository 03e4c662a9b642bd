import { formatDate, isWeak, opaque, parseDate } from "@entity-tag/core";
import type { Answer, Asked, Flaw, Page } from "./server.ts";

const day = 86_400_000;
const noneMatch = (asked: Asked) => asked.get("if-none-match") ?? "";
const match = (asked: Asked) => asked.get("if-match") ?? "";
const since = (asked: Asked) => asked.get("if-modified-since") ?? "";
const unmodified = (asked: Asked) => asked.get("if-unmodified-since") ?? "";
const ifRange = (asked: Asked) => asked.get("if-range") ?? "";
const isGet = (asked: Asked) => asked.method === "GET";

/** Gives this decision when the request satisfies the test. */
const decides = (
  decision: ReturnType<NonNullable<Flaw["decide"]>>,
  isSuch: (asked: Asked, page: Page) => boolean,
): Flaw => ({ decide: (asked, page) => (isSuch(asked, page) ? decision : undefined) });

/** Changes answers with this status. */
const changes = (status: number, change: (answer: Answer, asked: Asked, page: Page) => void): Flaw => ({
  answer: (answer, asked, page) => {
    if (answer.status === status) change(answer, asked, page);
  },
});

const writes = (
  doing: ReturnType<NonNullable<Flaw["write"]>>,
  isSuch: (asked: Asked, page: Page) => boolean,
): Flaw => ({ write: (asked, page) => (isSuch(asked, page) ? doing : undefined) });

const crashesOn = (isSuch: (field: string) => boolean): Flaw => ({
  answer: (answer, asked) => {
    if (isSuch(noneMatch(asked))) Object.assign(answer, { status: 500, headers: {}, body: "" });
  },
});

let reads = 0;

/** For each question that reads, a server with exactly that mistake. */
export const readFlaws: Record<string, Flaw> = {
  "validator-sent": {
    answer: ({ headers }) => {
      headers.ETag = undefined;
      headers["Last-Modified"] = undefined;
    },
  },
  "validator-tag-syntax": changes(200, ({ headers }, _asked, { etag }) => {
    headers.ETag = opaque(etag);
  }),
  "validator-date-syntax": changes(200, ({ headers }, _asked, { modified }) => {
    headers["Last-Modified"] = new Date(modified).toISOString();
  }),
  "validator-date-not-later": changes(200, ({ headers }) => {
    headers["Last-Modified"] = new Date(Math.ceil(Date.now() / day) * day + day).toUTCString();
  }),
  "validator-tag-stable": changes(200, ({ headers }) => {
    headers.ETag = `"${++reads}"`;
  }),
  "validator-tag-changes": {
    before: (page, asked) => {
      if (isGet(asked)) page.body = `${page.body}.`;
    },
    keepsTag: true,
  },
  "tag-own": decides("whole", (asked, { etag }) => noneMatch(asked) === etag),
  "tag-other-form": decides("whole", (asked) => noneMatch(asked).startsWith('W/"v')),
  "tag-list-last": decides("whole", (asked, { etag }) => noneMatch(asked).endsWith(`, ${etag}`)),
  "tag-list-first": decides("whole", (asked, { etag }) => noneMatch(asked).startsWith(`${etag}, `)),
  "tag-list-tabs": decides("whole", (asked) => noneMatch(asked).includes("\t")),
  "tag-list-tight": decides("whole", (asked) => noneMatch(asked).includes('","')),
  "tag-list-empty-members": decides("whole", (asked) => noneMatch(asked).startsWith(",")),
  "tag-two-lines": decides("whole", (asked) => asked.lines("if-none-match").length > 1),
  "tag-star": decides("whole", (asked) => noneMatch(asked) === "*"),
  "tag-different": decides("not modified", (asked) => noneMatch(asked).endsWith('-other"')),
  "tag-longer": decides("not modified", (asked, { etag }) => noneMatch(asked).includes(`"0${opaque(etag)}`)),
  "tag-comma-inside": decides("not modified", (asked, { etag }) =>
    noneMatch(asked).split(",").includes(opaque(etag)),
  ),
  "tag-case": decides(
    "not modified",
    (asked, { etag }) => noneMatch(asked) !== etag && noneMatch(asked).toLowerCase() === etag.toLowerCase(),
  ),
  "tag-unquoted": decides("not modified", (asked, { etag }) => noneMatch(asked) === opaque(etag)),
  "tag-304-fields": changes(304, ({ headers }) => {
    headers.Vary = undefined;
  }),
  "tag-304-same-tag": changes(304, ({ headers }) => {
    headers.ETag = '"another"';
  }),
  "tag-304-length": changes(304, ({ headers }) => {
    headers["Content-Length"] = "0";
  }),
  "tag-304-no-description": changes(304, ({ headers }) => {
    headers["Content-Type"] = "text/plain";
  }),
  "date-own": decides("whole", (asked, { modified }) => parseDate(since(asked)) === modified),
  "date-earlier": decides(
    "not modified",
    (asked, { modified }) => (parseDate(since(asked)) ?? modified) < modified,
  ),
  "date-later": decides("whole", (asked, { modified }) => (parseDate(since(asked)) ?? 0) > modified),
  "date-earlier-text": decides(
    "not modified",
    (asked, page) => since(asked) > formatDate(page.modified) && noneMatch(asked) === "",
  ),
  "date-later-text": decides(
    "whole",
    (asked, page) =>
      (parseDate(since(asked)) ?? 0) > page.modified && since(asked) < formatDate(page.modified),
  ),
  "date-rfc850": decides("whole", (asked) => /day, /.test(since(asked))),
  "date-asctime": decides("whole", (asked) => /^[A-Z][a-z]{2} /.test(since(asked))),
  "date-iso": decides("not modified", (asked) => /T.*Z$/.test(since(asked))),
  "date-number": decides("not modified", (asked) => /^\d+$/.test(since(asked))),
  "date-words": decides("not modified", (asked) => since(asked) === "yesterday"),
  "date-zone": decides("not modified", (asked) => since(asked).endsWith("+0000")),
  "date-list": decides("not modified", (asked) => since(asked).includes("GMT,")),
  "date-future": {
    answer: (answer, asked) => {
      if ((parseDate(since(asked)) ?? 0) > Date.now())
        Object.assign(answer, { status: 400, headers: {}, body: "" });
    },
  },
  "date-after-other-tag": decides("not modified", (asked) => since(asked) !== "" && noneMatch(asked) !== ""),
  "date-beside-own-tag": decides("whole", (asked) => since(asked) !== "" && noneMatch(asked) !== ""),
  "date-304-fields": {
    answer: ({ status, headers }, asked) => {
      if (status === 304 && since(asked) !== "") headers["Cache-Control"] = undefined;
    },
  },
  "match-own": decides("refused", (asked, { etag }) => match(asked) === etag && noneMatch(asked) === ""),
  "match-other": decides("whole", (asked) => match(asked).endsWith('-other"')),
  "match-list": decides("refused", (asked) => match(asked).includes(",")),
  "match-star": decides("refused", (asked) => match(asked) === "*"),
  "match-weak": decides("whole", (asked) => match(asked).startsWith("W/")),
  "match-then-none-match": decides("not modified", (asked) => match(asked) !== "" && noneMatch(asked) !== ""),
  "match-and-none-match": decides("whole", (asked) => match(asked) !== "" && noneMatch(asked) !== ""),
  "unmodified-earlier": decides("whole", (asked) => unmodified(asked) !== ""),
  "unmodified-earlier-text": decides(
    "whole",
    (asked, page) => unmodified(asked) !== "" && unmodified(asked) > formatDate(page.modified),
  ),
  "unmodified-own": decides("refused", (asked) => unmodified(asked) !== "" && match(asked) === ""),
  "unmodified-words": decides(
    "refused",
    (asked) => unmodified(asked) !== "" && parseDate(unmodified(asked)) === undefined,
  ),
  "unmodified-beside-match": decides("refused", (asked) => unmodified(asked) !== "" && match(asked) !== ""),
  "range-part": changes(206, ({ headers }) => {
    headers.ETag = undefined;
  }),
  "range-own-tag": decides("whole", (asked, { etag }) => ifRange(asked) === etag),
  "range-other-tag": decides("part", (asked) => ifRange(asked).endsWith('-other"') && isNear(asked)),
  "range-weak-tag": decides("part", (asked) => ifRange(asked).startsWith("W/")),
  "range-list": decides("part", (asked) => ifRange(asked).includes('",')),
  "range-later-date": decides("part", (asked, { modified }) => (parseDate(ifRange(asked)) ?? 0) > modified),
  "range-earlier-date": decides(
    "part",
    (asked, { modified }) => (parseDate(ifRange(asked)) ?? modified) < modified,
  ),
  "range-words": decides("part", (asked) => ifRange(asked) === "yesterday"),
  "range-beyond-other-tag": {
    answer: (answer, asked) => {
      if (ifRange(asked) !== "" && !isNear(asked))
        Object.assign(answer, { status: 416, headers: {}, body: "" });
    },
  },
  "range-after-304": decides("part", (asked) => noneMatch(asked) !== "" && asked.get("range") !== null),
  "head-status": {
    answer: (answer, asked) => {
      if (asked.method === "HEAD") answer.status = 405;
    },
  },
  "head-no-content": {
    answer: (answer, asked) => {
      if (asked.method === "HEAD") answer.behind = "hello";
    },
  },
  "head-validators": {
    answer: ({ headers }, asked) => {
      if (asked.method === "HEAD") headers.ETag = undefined;
    },
  },
  "head-tag": {
    answer: ({ headers }, asked) => {
      if (asked.method === "HEAD") headers.ETag = '"another"';
    },
  },
  "head-length": {
    answer: ({ headers }, asked) => {
      if (asked.method === "HEAD") headers["Content-Length"] = "0";
    },
  },
  "head-own-tag": decides("whole", (asked) => asked.method === "HEAD"),
  "head-other-match": decides("whole", (asked) => asked.method === "HEAD" && match(asked) !== ""),
  "options-not-judged": {
    answer: (answer, asked) => {
      if (asked.method === "OPTIONS" && match(asked) !== "") answer.status = 412;
    },
  },
  "coding-shared-tag": changes(200, ({ headers }, _asked, { etag }) => {
    headers.ETag = etag;
  }),
  "coding-keeps-tag": changes(200, ({ headers }) => {
    if (headers["Content-Encoding"]) headers.ETag = undefined;
  }),
  "coding-own-tag": decides("whole", (asked) => noneMatch(asked).includes("-gzip")),
  "coding-not-across": {
    answer: (answer, asked, { etag }) => {
      const isAcross = noneMatch(asked) === etag && /gzip/.test(asked.get("accept-encoding") ?? "");
      if (isAcross) Object.assign(answer, { status: 304, headers: { ETag: '"another"' }, body: "" });
    },
  },
  "coding-vary": changes(200, ({ headers }) => {
    headers.Vary = undefined;
  }),
  "coding-writable-tag": {
    answer: ({ headers }, asked, { etag }) => {
      if (/gzip/.test(asked.get("accept-encoding") ?? "")) headers.ETag = `W/${etag}`;
    },
  },
  "connection-after-304": changes(304, (answer) => {
    answer.behind = "hello";
  }),
  "absent-star": {
    answer: (answer, asked) => {
      if (answer.status === 404 && noneMatch(asked) === "*") answer.status = 304;
    },
  },
  "absent-match": {
    answer: (answer, asked) => {
      if (answer.status === 404 && match(asked) !== "") answer.status = 412;
    },
  },
  "hostile-commas": crashesOn((field) => field.startsWith(",,,,")),
  "hostile-quotes": crashesOn((field) => field.startsWith('""""')),
  "hostile-weak": crashesOn((field) => field.startsWith("W/W/")),
  "hostile-tags": crashesOn((field) => field.startsWith('"a", "a"')),
  "hostile-obs-text": crashesOn((field) => field.includes("\xff")),
  "hostile-long": crashesOn((field) => field.length > 50_000),
};

const isNear = (asked: Asked) => asked.get("range") === "bytes=0-3";
const isPut = (asked: Asked) => asked.method === "PUT";

/** For each question that writes, a server with exactly that mistake. */
export const writeFlaws: Record<string, Flaw> = {
  "write-forged": writes("write", (asked) => isPut(asked) && match(asked) !== ""),
  "write-current": writes("refuse", (asked, { etag }) => isPut(asked) && match(asked) === etag),
  "write-strong-tag": changes(200, ({ headers }) => {
    headers.ETag = `W/${headers.ETag}`;
  }),
  "write-tag-changes": { keepsTag: true },
  "write-stale": writes(
    "write",
    (asked, { etag }) => isPut(asked) && /^"v\d+-Aa"$/.test(match(asked)) && match(asked) !== etag,
  ),
  "write-overtaken": { judgesEarly: true },
  "write-weak": writes("write", (asked) => isPut(asked) && isWeak(match(asked) as 'W/""')),
  "write-list": writes("refuse", (asked) => isPut(asked) && match(asked).includes("\t")),
  "write-two-lines": writes("refuse", (asked) => isPut(asked) && asked.lines("if-match").length > 1),
  "write-list-stale": writes("write", (asked) => isPut(asked) && match(asked).includes(',0"')),
  "write-star": writes("refuse", (asked) => isPut(asked) && match(asked) === "*"),
  "write-create-only": writes("write", (asked) => isPut(asked) && noneMatch(asked) === "*"),
  "write-none-match-own": writes("write", (asked, { etag }) => isPut(asked) && noneMatch(asked) === etag),
  "write-none-match-other": writes("refuse", (asked) => isPut(asked) && noneMatch(asked).endsWith('-other"')),
  "write-then-none-match": writes(
    "write",
    (asked) => isPut(asked) && match(asked) !== "" && noneMatch(asked) !== "",
  ),
  "write-unreadable": writes("write", (asked) => isPut(asked) && /^[a-z]/.test(match(asked))),
  "write-unmodified-earlier": writes("write", (asked) => isPut(asked) && unmodified(asked) !== ""),
  "write-unmodified-earlier-text": writes(
    "write",
    (asked, page) =>
      isPut(asked) && unmodified(asked) !== "" && unmodified(asked) > formatDate(page.modified),
  ),
  "write-unmodified-own": writes("refuse", (asked) => isPut(asked) && unmodified(asked) !== ""),
  "write-answer-tag": {
    answer: (answer, asked) => {
      if (isPut(asked) && answer.status === 204) answer.headers.ETag = '"of-the-answer"';
    },
  },
  "patch-stale": writes("write", (asked) => asked.method === "PATCH"),
  "post-stale": writes("write", (asked) => asked.method === "POST" && match(asked) !== ""),
  "post-none-match": writes("write", (asked) => asked.method === "POST" && noneMatch(asked) !== ""),
  "delete-stale": writes("write", (asked) => asked.method === "DELETE"),
  "write-race": { judgesEarly: true },
};

/** For each question about an absent page, a server with exactly that mistake. */
export const creationFlaws: Record<string, Flaw> = {
  "create-tag": writes(
    "write",
    (asked, { body }) => isPut(asked) && body === undefined && match(asked) !== "*",
  ),
  "create-star": writes(
    "write",
    (asked, { body }) => isPut(asked) && body === undefined && match(asked) === "*",
  ),
  "create-only": writes(
    "refuse",
    (asked, { body }) => isPut(asked) && body === undefined && noneMatch(asked) === "*",
  ),
};
