import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evaluate, formatDate } from "@entity-tag/core";
import { describe, expect, it } from "vitest";
import { explain } from "../../../packages/conformance/src/explain/steps.ts";
import { run } from "../command/run.ts";

const own = '"b"';
const moment = Date.UTC(2020, 5, 6, 7, 8, 9);
const date = formatDate(moment);
const later = formatDate(moment + 1000);
const earlier = formatDate(moment - 1000);

describe("explain walks §13.2.2 in plain words", () => {
  for (const [args, says] of [
    [
      ["GET", 'If-None-Match: "a", W/"b"', "--etag", own],
      [/W\/"b" matches "b", because If-None-Match compares weakly/, /^304 Not Modified/m],
    ],
    [
      ["GET", 'If-None-Match: "a"', "--etag", own],
      [/"b" is not in it: it holds/, /^200 with the whole/m],
    ],
    [
      ["PUT", 'If-Match: "a"', "--etag", own],
      [/"b" is not in it: it does not hold/, /^412 .* the method is not performed/m],
    ],
    [
      ["PUT", 'If-Match: W/"b"', "--etag", own],
      [/only weakly/, /^412/m],
    ],
    [
      ["PUT", "If-Match: b", "--etag", own],
      [/It is not valid/, /^412/m],
    ],
    [
      ["PUT", "If-Match: *", "--absent"],
      [/The resource does not exist: it does not hold/, /^412/m],
    ],
    [
      ["PUT", "If-None-Match: *", "--absent"],
      [/The resource does not exist: it holds/, /^PUT is performed/m],
    ],
    [
      ["PUT", "If-None-Match: b", "--etag", own],
      [/invalid condition never authorises a write/, /^412/m],
    ],
    [
      ["GET", "If-None-Match: *", "--absent"],
      [/would be 404/, /^404/m],
    ],
    [["OPTIONS", 'If-Match: "a"', "--etag", own], [/selects no representation/]],
    [
      ["GET", `If-Modified-Since: ${date}`, "--last-modified", date],
      [/It was not modified after that/, /^304/m],
    ],
    [
      ["GET", `If-Modified-Since: ${earlier}`, "--last-modified", date],
      [/It was modified after that: .* holds/, /^200/m],
    ],
    [
      ["GET", "If-Modified-Since: yesterday", "--last-modified", date],
      [/not an HTTP date: it is ignored/, /^200/m],
    ],
    [
      ["PUT", `If-Modified-Since: ${date}`, "--last-modified", date],
      [/applies to GET, HEAD and QUERY/, /performed/],
    ],
    [
      ["PUT", `If-Unmodified-Since: ${earlier}`, "--last-modified", date],
      [/^2\. .*modified after/m, /^412/m],
    ],
    [
      ["GET", 'If-None-Match: "a"', `If-Modified-Since: ${later}`, "--etag", own, "--last-modified", date],
      [/So If-Modified-Since is ignored/, /^200/m],
    ],
    [
      ["GET", "Range: bytes=0-3", 'If-Range: "a"', "--etag", own],
      [/Range is ignored, and the whole representation is sent/, /^200/m],
    ],
    [
      ["GET", "Range: bytes=0-3", `If-Range: ${own}`, "--etag", own],
      [/the current strong validator/, /^206/m],
    ],
  ] as const) {
    it(args.join(" "), async () => {
      const { status, out, err } = await run(["explain", ...args]);
      expect(status, err).toBe(0);
      for (const line of says) expect(out).toMatch(line);
    });
  }

  it("explain and evaluate agree on every combination of fields and states", () => {
    const tags = [undefined, own, '"a"', 'W/"b"', "*", "b", `"a", ${own}`];
    const dates = [undefined, date, earlier, later, "yesterday"];
    const states = [null, {}, { etag: own }, { etag: 'W/"b"' }, { etag: own, lastModified: moment }] as const;
    for (const method of ["GET", "HEAD", "PUT", "DELETE"])
      for (const current of states)
        for (const match of tags)
          for (const noneMatch of tags)
            for (const since of dates) {
              const fields = {
                "if-match": match,
                "if-none-match": noneMatch,
                "if-modified-since": since,
                "if-unmodified-since": since,
              };
              const headers = Object.entries(fields).filter(
                (line): line is [string, string] => line[1] !== undefined,
              );
              const request = { method, headers };
              const due = evaluate({ method, headers: new Headers(headers) }, current);
              const { decision, steps, answer } = explain(request, current);
              expect(decision).toEqual(due);
              const last = steps.at(-1)!;
              if (due.outcome === "proceed")
                expect(last).not.toMatch(/does not hold|invalid condition never authorises/);
              else {
                expect(last, JSON.stringify(request)).toMatch(
                  /does not hold|invalid condition never authorises/,
                );
                expect(answer).toMatch(due.outcome === "not-modified" ? /^304/ : /^412/);
              }
            }
  });

  for (const [args, message] of [
    [[], /Give a request/],
    [["GET", "nonsense"], /is not a field/],
    [["GET", "--etag", "b"], /its quotes belong to it/],
    [["GET", "--last-modified", "2020"], /not an HTTP date/],
    [["GET", "--absent", "--etag", own], /the page does not exist/],
    [["missing.har"], /cannot be read/],
  ] as const) {
    it(`explain refuses the arguments ${args.join(" ") || "(none)"}, and says what is accepted`, async () => {
      const { status, err } = await run(["explain", ...args]);
      expect(status).toBe(2);
      expect(err).toMatch(message);
    });
  }
});

describe("explain of a 304 that names no tag", () => {
  const date = "Sun, 06 Nov 1994 08:49:37 GMT";
  const pasted = `GET / HTTP/1.1\nIf-Modified-Since: ${date}\n\nHTTP/1.1 304 Not Modified\nDate: ${date}\n\n`;
  const page = ["explain", "-", "--last-modified", date];

  it("the 304 is right when the page has no tag", async () => {
    const { status, out } = await run(page, pasted);
    expect(out).toContain("304 is right");
    expect(status).toBe(0);
  });

  it("the 304 is wrong when the page has a tag, also when it has a date", async () => {
    const { status, out } = await run([...page, "--etag", own], pasted.replace("Date:", "Last-Modified:"));
    expect(out).toContain("The 304 has no tag");
    expect(status).toBe(1);
  });

  it("control characters of a recording are escaped before they are printed", async () => {
    const { out } = await run(page, pasted.replace("GET /", "GET /\x1b[2J"));
    expect(out).toContain("/\\x1b[2J");
    expect(out).not.toContain("\x1b[2J");
  });
});

describe("explain of a pasted pair says whether the answer was right", () => {
  const pair = (request: string, answer: string) => `${request}\r\nHost: a\r\n\r\nHTTP/1.1 ${answer}\r\n\r\n`;
  for (const [name, text, verdict, says] of [
    [
      "a 304 to the own tag",
      pair(`GET / HTTP/1.1\r\nIf-None-Match: ${own}`, `304 Not Modified\r\nETag: ${own}`),
      "right",
      /304 is right/,
    ],
    [
      "a 200 to the own tag",
      pair(`GET / HTTP/1.1\r\nIf-None-Match: W/${own}`, `200 OK\r\nETag: ${own}`),
      "wrong",
      /It was answered 200\. The right answer is 304/,
    ],
    [
      "a 304 without its tag",
      pair(`GET / HTTP/1.1\r\nIf-None-Match: "a"`, "304 Not Modified"),
      "unknown",
      /--etag/,
    ],
    [
      "a 304 with content",
      `${pair(`GET / HTTP/1.1\r\nIf-None-Match: ${own}`, `304 Not Modified\r\nETag: ${own}`)}hello`,
      "wrong",
      /A 304 has no content/,
    ],
    [
      "a 304 to a PUT",
      pair(`PUT / HTTP/1.1\r\nIf-None-Match: ${own}`, `304 Not Modified\r\nETag: ${own}`),
      "wrong",
      /The right answer is 412/,
    ],
    [
      "a 412 to another tag",
      pair('PUT / HTTP/1.1\r\nIf-Match: "a"', `412 No\r\nETag: ${own}`),
      "right",
      /412 is right/,
    ],
    [
      "a 412 to the own tag",
      pair(`PUT / HTTP/1.1\r\nIf-Match: ${own}`, `412 No\r\nETag: ${own}`),
      "wrong",
      /The right answer: PUT is performed/,
    ],
    [
      "a part of another version",
      pair('GET / HTTP/1.1\r\nRange: bytes=0-3\r\nIf-Range: "a"', `206 P\r\nETag: ${own}`),
      "wrong",
      /The right answer is 200/,
    ],
    [
      "a 416 although If-Range fails",
      pair('GET / HTTP/1.1\r\nRange: bytes=9-\r\nIf-Range: "a"', `416 No\r\nETag: ${own}`),
      "unknown",
      /--etag/,
    ],
    [
      "a refusal",
      pair(`GET / HTTP/1.1\r\nIf-None-Match: ${own}`, `401 No\r\nETag: ${own}`),
      "unknown",
      /--etag/,
    ],
    [
      "curl -v",
      `* Connected\n> GET / HTTP/1.1\n> If-None-Match: ${own}\n>\n< HTTP/1.1 200 OK\n< ETag: ${own}\n<\n{ [5 bytes data]\nhello`,
      "wrong",
      /The right answer is 304/,
    ],
    [
      "curl -v over HTTP/2, with its remarks",
      `* using HTTP/2\n* [HTTP/2] [1] [:method: GET]\n> GET /page HTTP/2\n> if-none-match: W/${own}\n> \n< HTTP/2 304 \n< etag: ${own}\n< \n* Connection #0 to host localhost left intact\n`,
      "right",
      /304 is right/,
    ],
    [
      "lines that end with LF",
      `GET / HTTP/1.1\nIf-None-Match: ${own}\n\nHTTP/1.1 304 Not Modified\nETag: ${own}\n`,
      "right",
      /304 is right/,
    ],
    [
      "a field that goes on in the next line",
      `GET / HTTP/1.1\nIf-None-Match: "a",\n  ${own}\n\nHTTP/1.1 304 Not Modified\nETag: ${own}\n`,
      "right",
      /304 is right/,
    ],
    [
      "the pseudo-headers of HTTP/2",
      `:method: GET\n:path: /page\n:scheme: https\n:authority: a\nif-none-match: ${own}\n\n:status: 200\netag: ${own}\n`,
      "wrong",
      /GET \/page 200[\s\S]*The right answer is 304/,
    ],
    [
      "the pseudo-headers of HTTP/2, between tabs",
      `:method\tGET\n:path\t/page\nif-match\t"a"\n\n:status\t412\netag\t${own}\n`,
      "right",
      /412 is right/,
    ],
    [
      "a browser's panel",
      `Request URL: http://a/page\nRequest Method: GET\nStatus Code: 200 OK\nResponse Headers\nETag: ${own}\nContent-Length: 5\nRequest Headers\nIf-None-Match: ${own}\n`,
      "wrong",
      /GET http:\/\/a\/page 200[\s\S]*The right answer is 304/,
    ],
    [
      "wget -d",
      `---request begin---\nGET / HTTP/1.1\nIf-None-Match: ${own}\n\n---request end---\n---response begin---\nHTTP/1.1 304 Not Modified\nETag: ${own}\n\n---response end---\n`,
      "right",
      /304 is right/,
    ],
  ] as const) {
    it(name, async () => {
      const { status, out, err } = await run(["explain", "-"], text);
      expect(out + err).toMatch(new RegExp(`^${verdict}`));
      expect(out).toMatch(says);
      expect(status).toBe(verdict === "wrong" ? 1 : 0);
    });
  }

  it("the state comes from --etag when the answer has no tag", async () => {
    const text = pair('PUT / HTTP/1.1\r\nIf-Match: "a"', '200 OK\r\nETag: "c"');
    expect((await run(["explain", "-"], text)).out).toMatch(/^unknown/);
    expect((await run(["explain", "-", "--etag", own], text)).status).toBe(1);
    expect((await run(["explain", "-", "--etag", '"a"'], text)).out).toMatch(/^right/);
  });

  it("a request without an answer is explained with the state of --etag", async () => {
    const text = 'PUT /page HTTP/1.1\nIf-Match: "a"\n\n{"a": 1}\n';
    expect((await run(["explain", "-"], text)).out).toMatch(
      /^unknown[\s\S]*The state of the page is not known/,
    );
    const { status, out } = await run(["explain", "-", "--etag", own], text);
    expect(status).toBe(0);
    expect(out).toMatch(/^PUT \/page\n[\s\S]*412 Precondition Failed, and the method is not performed\./);
  });

  it.for([
    ["GET /page HTTP/1.1", `If-None-Match: ${own}`],
    ["GET", "/page", "HTTP/1.1", `If-None-Match: ${own}`],
    ["get", "/page", `If-None-Match: ${own}`],
    [`GET /page HTTP/1.1\r\nHost: a\r\nIf-None-Match: ${own}\r\n\r\n`],
  ])(
    "a request line may be several arguments, one argument, or have its fields with it: %j",
    async (words) => {
      const { status, out } = await run(["explain", ...words, "--etag", own]);
      expect(status).toBe(0);
      expect(out).toMatch(/^GET \/page\nIf-None-Match: .*\n\nThe resource has the tag/);
      expect(out).toContain("304 Not Modified");
    },
  );

  it("a text that is not a request is refused", async () => {
    const { status, err } = await run(["explain", "-"], "hello\nworld");
    expect(status).toBe(2);
    expect(err).toMatch(/neither a HAR nor a request/);
  });
});

describe("explain of a HAR", () => {
  const entry = (
    method: string,
    request: Record<string, string>,
    status: number,
    response: Record<string, string>,
  ) => {
    const lines = (fields: Record<string, string>) =>
      Object.entries(fields).map(([name, value]) => ({ name, value }));
    return {
      request: { method, url: "http://a/b", headers: lines(request) },
      response: { status, headers: lines(response) },
    };
  };
  const recorded = async (entries: unknown[]) => {
    const file = join(mkdtempSync(join(tmpdir(), "entity-tag-har-")), "recorded.har");
    writeFileSync(file, JSON.stringify({ log: { entries } }));
    return run(["explain", file]);
  };

  it("explain uses the tags of earlier answers: it reports a write that was accepted with a stale tag", async () => {
    const { status, out } = await recorded([
      entry("GET", {}, 200, { ETag: '"1"' }),
      entry("PUT", { "If-Match": '"1"' }, 200, { ETag: '"2"' }),
      entry("PUT", { "If-Match": '"1"' }, 200, { ETag: '"3"' }),
      entry("GET", { "If-None-Match": '"3"' }, 304, { ETag: '"3"' }),
    ]);
    expect(status).toBe(1);
    expect(out).toMatch(/^right +PUT http:\/\/a\/b 200\nwrong +PUT http:\/\/a\/b 200/);
    expect(out).toContain('"2" is not in it: it does not hold.');
    expect(out).toContain("3 answers: 2 right, 1 wrong, 0 unknown.");
  });

  it("explain exits with 0 when every answer was right, and skips entries without conditions", async () => {
    const entries = [
      null,
      {},
      { request: {} },
      entry("GET", {}, 0, {}),
      entry("GET", { "If-None-Match": '"1"' }, 200, { ETag: '"2"' }),
    ];
    const { status, out } = await recorded(entries);
    expect(status).toBe(0);
    expect(out).toMatch(/^right/);
  });

  it("explain reads a HAR of Chromium, and skips what came from the browser's cache", async () => {
    const named = (fields: Record<string, string>) =>
      Object.entries(fields).map(([name, value]) => ({ name, value }));
    const chromium = (
      request: Record<string, string>,
      status: number,
      response: Record<string, string>,
      own: object = {},
    ) => ({
      _initiator: { type: "other" },
      _priority: "VeryHigh",
      _resourceType: "document",
      cache: {},
      connection: "443",
      ...own,
      request: {
        method: "GET",
        url: "https://a/page",
        httpVersion: "http/2.0",
        headers: named({
          ":authority": "a",
          ":method": "GET",
          ":path": "/page",
          ":scheme": "https",
          ...request,
        }),
        queryString: [],
        cookies: [],
        headersSize: -1,
        bodySize: 0,
      },
      response: {
        status,
        statusText: "",
        httpVersion: "http/2.0",
        headers: named(response),
        cookies: [],
        content: { size: 5, mimeType: "text/html", text: "aGVsbG8=", encoding: "base64" },
        redirectURL: "",
        headersSize: -1,
        bodySize: 0,
        _transferSize: 100,
        _error: null,
      },
      serverIPAddress: "127.0.0.1",
      startedDateTime: "2026-11-27T00:00:00.000Z",
      time: 1,
      timings: { blocked: 1, dns: -1, ssl: -1, connect: -1, send: 0, wait: 1, receive: 0 },
    });
    const { status, out } = await recorded([
      chromium({}, 200, { etag: '"1"' }),
      chromium({ "if-none-match": '"1"' }, 304, { etag: '"1"' }),
      chromium({ "if-none-match": '"1"' }, 200, { etag: '"1"' }, { _fromCache: "disk" }),
      chromium({ "if-none-match": '"1"' }, 200, { etag: '"1"' }),
    ]);
    expect(status).toBe(1);
    expect(out).toMatch(/^right +GET https:\/\/a\/page 304\nwrong +GET https:\/\/a\/page 200/);
    expect(out).toContain("2 answers: 1 right, 1 wrong, 0 unknown.");
  });

  it("a refusal that another client may have caused is not reported as wrong", async () => {
    const { status, out } = await recorded([
      entry("GET", {}, 200, { ETag: '"1"' }),
      entry("PUT", { "If-Match": '"1"' }, 412, {}),
    ]);
    expect(status).toBe(0);
    expect(out).toMatch(/^unknown[\s\S]*Either another client wrote in between, or the refusal is wrong/);
  });

  it("a HAR without a conditional request is named as such", async () => {
    expect((await recorded([entry("GET", {}, 200, { ETag: '"1"' })])).err).toMatch(
      /has no request with conditions/,
    );
  });
});
