// `run` with a URL: it replaces the validators of the rows with the validators of the page at that URL.
import { rows, run } from "@entity-tag/conformance";
import { afterAll, describe, expect, it } from "vitest";
import { due, type Page, serve, type Ways } from "./servers/wire-server.ts";

const stopping: (() => void)[] = [];
afterAll(() => {
  for (const stop of stopping) stop();
});

async function asked(ways: Ways) {
  const server = await serve(ways);
  stopping.push(server.close);
  const results = await run(rows, server.url, { timeout: 2_000 });
  const of = (...verdicts: string[]) => results.filter(({ verdict }) => verdicts.includes(verdict));
  return { wrong: of("fail", "warning"), count: of("pass", "fail", "warning").length };
}

const noDate = { modified: undefined } as unknown as Partial<Page>;
const noTag = { etag: undefined } as unknown as Partial<Page>;

/** For each page, the least number of rows that must be applicable. */
const pages: Record<string, [Partial<Page>, number]> = {
  "a strong tag and a date": [{}, 600],
  "a strong tag": [noDate, 400],
  "a weak tag": [{ etag: 'W/"v1-Aa"', ...noDate }, 140],
  "a weak tag and a date": [{ etag: 'W/"v1-Aa"' }, 230],
  "a date": [noTag, 150],
  "no validator": [{ ...noTag, ...noDate }, 80],
  "a tag that rows use, too": [{ etag: '"v1"' }, 600],
  "a tag that contains the tags of rows": [{ etag: '"a-v1-V1-b"' }, 600],
  "a tag that contains patterns of a replacement": [{ etag: '"a$&b$1c$$"' }, 600],
  "a tag of one digit": [{ etag: '"1"' }, 600],
  "a tag of one letter": [{ etag: '"x"' }, 500],
  "the empty tag": [{ etag: '""' }, 60],
  "a tag that rows use for another version": [{ etag: '"v0"' }, 60],
};

describe.concurrent("a correct server passes every applicable row", () => {
  it.for(Object.entries(pages))("%s", async ([, [page, least]]) => {
    const { wrong, count } = await asked({ page });
    expect(wrong.map(({ row, found }) => [row.id, ...found])).toEqual([]);
    expect(count).toBeGreaterThan(least);
  });
});

it("a 304 may have the Content-Length of the page", async () => {
  const { wrong } = await asked({
    answer: (request, page) => {
      const answer = due(request, page);
      if (answer.status === 304) answer.headers["Content-Length"] = String(page.body.length);
      return answer;
    },
  });
  expect(wrong.map(({ row, found }) => [row.id, ...found])).toEqual([]);
});

it("an ETag without quotes fails the row of a 200, and the other rows still run", async () => {
  const { wrong, count } = await asked({
    answer: (request, page) => {
      const answer = due(request, page);
      if (answer.headers.ETag) answer.headers.ETag = "v1-Aa";
      return answer;
    },
  });
  expect(wrong.map(({ row }) => row.id)).toContain("200-1");
  expect(wrong.find(({ row }) => row.id === "200-1")?.found).toEqual(['ETag: v1-Aa instead of "v1-Aa"']);
  expect(count).toBeGreaterThan(100);
});
