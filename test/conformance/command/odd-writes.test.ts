// Pages that answer a write in another way than 204: the command reports no mistake, and restores the page.
import { afterAll, describe, expect, it } from "vitest";
import { type Answer, type Asked, due, empty, type Page, serve, text } from "../servers/wire-server.ts";
import { run } from "./run.ts";

const stopping: (() => void)[] = [];
afterAll(() => {
  for (const stop of stopping) stop();
});

const write = ["--write", "--yes", "--race", "16"];
const said = (status: number, headers = {}): Answer => ({ status, headers, body: empty });
const isDone = (asked: Asked, answer: Answer) => asked.method === "PUT" && answer.status === 204;

interface Way {
  answer(asked: Asked, page: Page): Answer;
  /** The line of the report about the second of the four questions. */
  summary: RegExp;
}

const ways: Record<string, Way> = {
  "204, the usual way": { answer: due, summary: /✓ Do writers .* Yes$/m },
  "303 to a page that describes the change": {
    answer: (asked, page) => {
      const answer = due(asked, page);
      return isDone(asked, answer) ? said(303, { Location: "/done" }) : answer;
    },
    summary: /✓ Do writers .* Yes$/m,
  },
  "202, and the change is made a little later": {
    answer: (asked, page) => {
      if (asked.method !== "PUT") return due(asked, page);
      const answer = due(asked, { ...page });
      if (answer.status !== 204) return answer;
      setTimeout(() => due(asked, page), 30);
      return said(202);
    },
    summary: /\? Do writers .* Unknown: A write is answered 202/,
  },
  "307 to another address": {
    answer: (asked, page) =>
      asked.method === "PUT" ? said(307, { Location: "/elsewhere" }) : due(asked, page),
    summary: /\? Do writers .* Unknown: A write is answered 307 with Location: \/elsewhere/,
  },
  "412 when a condition fails, and 405 to every other write": {
    answer: (asked, page) => {
      const answer = due(asked, asked.method === "PUT" ? { ...page } : page);
      return isDone(asked, answer) ? said(405, { Allow: "GET, HEAD" }) : answer;
    },
    summary: /\? Do writers .* Unknown: A write is answered 405/,
  },
};

describe.concurrent("the command accepts a server that answers a write with", () => {
  it.for(Object.entries(ways))("%s", async ([, { answer, summary }]) => {
    const server = await serve({ answer });
    stopping.push(server.close);
    const { status, out, err } = await run([server.url, ...write]);
    expect(out + err).not.toMatch(/^(FAIL|WARNING|INCONCLUSIVE)/m);
    expect(out).toMatch(summary);
    expect(status, out + err).toBe(0);
    expect(server.page.body).toBe(text);
  });
});

it("a page with a weak tag cannot be written under a condition, and the second answer says so", async () => {
  const server = await serve({ page: { etag: 'W/"v1"' } });
  stopping.push(server.close);
  const { out } = await run([server.url, ...write]);
  expect(out).toMatch(/! Do writers .* Yes, but: write-strong-tag/);
});
