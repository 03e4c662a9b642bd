import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { contentTag as contentTagOfCore, weak } from "@entity-tag/core";
import { type ConditionalOptions, conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";
import { countersOf, TAG, TEXT, ways } from "./ways.ts";
import { type Answer, ask, connect, serving } from "./wire.ts";

type Handler = (res: ServerResponse, req: IncomingMessage) => unknown;
type Lines = (readonly [string, string])[];

/** The handler behind the middleware, as a node:http listener. */
function behind(handler: Handler, options?: ConditionalOptions) {
  const judge = conditional(options);
  return (req: IncomingMessage, res: ServerResponse) => judge(req, res, () => void handler(res, req));
}

/** One request to the handler behind the middleware. */
function answerOf(handler: Handler, options?: ConditionalOptions, lines: Lines = [], method = "GET") {
  return serving(behind(handler, options), (port) => ask(port, method, "/", lines));
}

const withoutDate = (answer: Answer) => answer.lines.filter(([name]) => name !== "Date").sort();
const weakTagOfText = await contentTagOfCore(TEXT, { weak: true });

describe.each(Object.entries(ways))("a handler that uses %s", (_, way) => {
  test("conditional sends the same 200 as the handler alone", async () => {
    const bare = await serving(
      (req, res) => void way(res, req),
      (port) => ask(port, "GET", "/"),
    );
    const answer = await answerOf(way);
    expect(answer.body.toString()).toBe(TEXT);
    expect(answer.reason).toBe(bare.reason);
    expect(answer.interim).toEqual(bare.interim);
    expect(answer.trailers).toEqual(bare.trailers);
    expect(withoutDate(answer)).toEqual(withoutDate(bare));
  });

  test.each(["GET", "HEAD"])(
    "conditional turns the answer into a 304 without content: %s",
    async (method) => {
      const seen: { finishes: number; res?: ServerResponse } = { finishes: 0 };
      const listener = behind((res, req) => {
        if (req.url === "/next") return res.end("next");
        seen.res = res.on("finish", () => seen.finishes++);
        return way(res, req);
      });
      await serving(listener, async (port) => {
        const connection = await connect(port);
        const full = await connection.ask(method, "/");
        const answer = await connection.ask(method, "/", [["If-None-Match", `W/${TAG}`]]);
        const next = await connection.ask("GET", "/next");
        connection.close();
        expect([answer.status, answer.reason, answer.field("etag")]).toEqual([304, "Not Modified", TAG]);
        expect(answer.field("cache-control")).toBe("max-age=60");
        expect(answer.field("vary")).toBe("Accept");
        for (const name of ["set-cookie", "link", "x-kept"])
          expect(answer.field(name)).toBe(full.field(name));
        for (const name of ["content-type", "content-length", "transfer-encoding", "trailer"]) {
          expect(answer.field(name)).toBeUndefined();
        }
        expect([answer.field("connection"), next.body.toString()]).toEqual(["keep-alive", "next"]);
        expect(seen.finishes).toBe(2);
        expect(countersOf(seen.res!).awaited.callbacks).toBe(0);
      });
    },
  );
});

describe("an answer without a tag", () => {
  const ends: Record<string, Handler> = {
    "end with a string": (res) => res.end(TEXT),
    "end with a callback": (res) => res.end(TEXT, () => {}),
    "end with a buffer": (res) => res.end(Buffer.from(TEXT)),
    "end with a view": (res) => res.end(new Uint8Array(Buffer.from(TEXT))),
    "end in an encoding": (res) => res.end(Buffer.from(TEXT).toString("base64"), "base64"),
    "writeHead, then end": (res) => res.writeHead(200, { "Content-Type": "text/plain" }).end(TEXT),
    "writeHead, end in a later turn": (res) => void setImmediate(() => res.writeHead(200).end(TEXT)),
  };

  test.each(Object.entries(ends))(
    "conditional makes a weak tag of content that is complete at once: %s",
    async (_, way) => {
      await serving(behind(way), async (port) => {
        const full = await ask(port, "GET", "/");
        expect([full.field("etag"), full.body.toString()]).toEqual([weakTagOfText, TEXT]);
        const again = await ask(port, "GET", "/", [["If-None-Match", weakTagOfText]]);
        expect([again.status, again.field("etag"), again.body.length]).toEqual([304, weakTagOfText, 0]);
        const head = await ask(port, "HEAD", "/", [["If-None-Match", weakTagOfText]]);
        expect([head.status, head.field("etag")]).toEqual([304, weakTagOfText]);
      });
    },
  );

  test("conditional makes the same strong tag as core, with `weak: false`", async () => {
    const answer = await answerOf((res) => res.end(TEXT), { tag: { weak: false } });
    expect(answer.field("etag")).toBe(await contentTagOfCore(TEXT));
  });

  test("conditional makes the tag with the application's own `contentTag`, which gets bytes", async () => {
    const sha1 = (bytes: Uint8Array) => weak(createHash("sha1").update(bytes).digest("hex"));
    const answer = await answerOf((res) => res.end(TEXT), { tag: { contentTag: sha1 } });
    expect(answer.field("etag")).toBe(sha1(Buffer.from(TEXT)));
  });

  test("conditional uses the tag that a function returns, also for a stream; undefined means no tag", async () => {
    const tag = (res: ServerResponse) =>
      (res.getHeader("X-Version") ? '"f"' : undefined) as '"f"' | undefined;
    const stream: Handler = (res) => Readable.from(["a", "b"]).pipe(res.setHeader("X-Version", 1));
    const judge = conditional<IncomingMessage, ServerResponse>({ tag });
    await serving(
      (req, res) => judge(req, res, () => (req.url === "/stream" ? stream(res, req) : res.end(TEXT))),
      async (port) => {
        const [streamed, ended] = [await ask(port, "GET", "/stream"), await ask(port, "GET", "/")];
        expect([streamed.field("etag"), ended.field("etag")]).toEqual(['"f"', undefined]);
        expect((await ask(port, "GET", "/stream", [["If-None-Match", '"f"']])).status).toBe(304);
      },
    );
  });

  test.each<[why: string, asked: boolean, method: string, handler: Handler]>([
    ["a whole answer", true, "GET", (res) => res.end(TEXT)],
    ["an answer in parts", true, "GET", (res) => res.write(TEXT) && res.end()],
    ["an answer without content", true, "GET", (res) => res.end()],
    ["writeHead", true, "GET", (res) => res.writeHead(200).end(TEXT)],
    ["a part", false, "GET", (res) => res.writeHead(206, { "Content-Range": "bytes 0-1/9" }).end("ab")],
    ["an answer to QUERY", false, "QUERY", (res) => res.end(TEXT)],
    ["content for HEAD", true, "HEAD", (res) => res.end(TEXT)],
    ["content for HEAD after writeHead", true, "HEAD", (res) => res.writeHead(200).end(TEXT)],
    ["content for HEAD in parts", true, "HEAD", (res) => res.write(TEXT) && res.end()],
    ["no content for HEAD", false, "HEAD", (res) => res.end()],
    ["no content for HEAD, but a callback", false, "HEAD", (res) => res.end(() => {})],
    ["no content for HEAD after writeHead", false, "HEAD", (res) => res.writeHead(200).end()],
    [
      "no content for HEAD after flushHeaders",
      false,
      "HEAD",
      (res) => {
        res.flushHeaders();
        res.end();
      },
    ],
  ])("conditional calls a tag function for %s: %s", async (_, isAsked, method, handler) => {
    const tag = () => '"f"' as const;
    const answer = await answerOf(handler, { tag }, [], method);
    expect(answer.field("etag")).toBe(isAsked ? '"f"' : undefined);
    const again = await answerOf(handler, { tag }, [["If-None-Match", '"f"']], method);
    expect(again.status === 304).toBe(isAsked);
  });

  const untagged: Record<string, [handler: Handler, options?: ConditionalOptions, method?: string]> = {
    "with `tag: false`": [(res) => res.end(TEXT), { tag: false }],
    "longer than maxBytes": [(res) => res.end(TEXT), { maxBytes: Buffer.byteLength(TEXT) - 1 }],
    "written in two parts": [(res) => res.write(TEXT.slice(0, 5)) && res.end(TEXT.slice(5))],
    "to QUERY": [(res) => res.end(TEXT), {}, "QUERY"],
    "to POST": [(res) => res.end(TEXT), {}, "POST"],
    "of status 404": [(res) => res.writeHead(404).end(TEXT)],
    "of status 500, by statusCode": [(res) => Object.assign(res, { statusCode: 500 }).end(TEXT)],
    "that is partial": [(res) => res.writeHead(206, { "Content-Range": "bytes 0-1/9" }).end("ab")],
    "without content": [(res) => res.writeHead(204).end()],
    "to HEAD, when the handler writes none": [(res) => res.end(), {}, "HEAD"],
  };

  test.each(Object.entries(untagged))(
    "conditional makes no tag for an answer %s",
    async (_, [way, options, method]) => {
      const answer = await answerOf(way, options, [["If-None-Match", weakTagOfText]], method);
      expect([answer.field("etag"), answer.status === 304]).toEqual([undefined, false]);
    },
  );

  test("conditional never changes the handler's own tag, valid or not", async () => {
    for (const etag of ['"own"', "unquoted", ""]) {
      const answer = await answerOf((res) => res.setHeader("ETag", etag).end(TEXT), {}, [
        ["If-None-Match", weakTagOfText],
      ]);
      expect([answer.status, answer.field("etag")]).toEqual([200, etag]);
    }
  });

  test("conditional tags content of exactly maxBytes, counted in bytes", async () => {
    const answer = await answerOf((res) => res.end(TEXT), { maxBytes: Buffer.byteLength(TEXT) });
    expect(answer.field("etag")).toBe(weakTagOfText);
  });
});

describe("conditions", () => {
  const modified = "Sun, 06 Nov 1994 08:49:37 GMT";
  const tagged: Handler = (res) => res.setHeader("ETag", TAG).setHeader("Last-Modified", modified).end(TEXT);

  test.each<[why: string, status: number, lines: Lines]>([
    [
      "a tag in the second of two lines",
      304,
      [
        ["If-None-Match", '"a"'],
        ["If-None-Match", TAG],
      ],
    ],
    ["*", 304, [["If-None-Match", "*"]]],
    [
      "a tag over a date",
      200,
      [
        ["If-None-Match", '"a"'],
        ["If-Modified-Since", modified],
      ],
    ],
    ["a date", 304, [["If-Modified-Since", modified]]],
    [
      "two dates, which are not a date",
      200,
      [
        ["If-Modified-Since", modified],
        ["If-Modified-Since", modified],
      ],
    ],
    ["an unreadable list, which gets the whole page", 200, [["If-None-Match", `${TAG}, b`]]],
    [
      "a read with no-cache",
      304,
      [
        ["If-None-Match", TAG],
        ["Cache-Control", "no-cache"],
      ],
    ],
    ["If-Match on a read", 412, [["If-Match", '"a"']]],
    ["If-Unmodified-Since on a read", 412, [["If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"]]],
    [
      "two dates of If-Unmodified-Since",
      200,
      [
        ["If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"],
        ["If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"],
      ],
    ],
  ])("conditional decides %s: %i", async (_, status, lines) => {
    for (const method of ["GET", "HEAD"])
      expect((await answerOf(tagged, {}, lines, method)).status).toBe(status);
  });

  test.each<[why: string, status: number, field: string, tag: string]>([
    ["is refused if If-Match names a tag", 412, "If-Match", TAG],
    ["is sent if If-None-Match names a tag", 206, "If-None-Match", TAG],
    ["is sent if If-Match is *", 206, "If-Match", "*"],
  ])("a 206 without a tag %s", async (_, status, field, tag) => {
    const part: Handler = (res) => res.writeHead(206, { "Content-Range": "bytes 0-1/9" }).end("pa");
    const lines: Lines = [
      ["Range", "bytes=0-1"],
      [field, tag],
    ];
    const answer = await answerOf(part, { tag: () => TAG }, lines, "GET");
    expect([answer.status, answer.field("etag")]).toEqual([status, undefined]);
  });

  test("conditional refuses a read that fails If-Match with a problem document, however the body is written", async () => {
    for (const way of Object.values(ways)) {
      await serving(behind(way), async (port) => {
        const connection = await connect(port);
        const answer = await connection.ask("GET", "/", [["If-Match", '"a"']]);
        expect([answer.status, answer.reason, answer.field("etag")]).toEqual([
          412,
          "Precondition Failed",
          TAG,
        ]);
        expect(answer.field("content-type")).toBe("application/problem+json");
        expect(answer.field("content-length")).toBe(String(answer.body.length));
        expect(JSON.parse(answer.body.toString())).toMatchObject({ status: 412, field: "If-Match" });
        // A cache must not keep it for as long as the 200.
        expect(answer.field("cache-control")).toBeUndefined();
        expect(answer.field("vary")).toBe("Accept");
        expect((await connection.ask("HEAD", "/", [["If-Match", '"a"']])).status).toBe(412);
        expect((await connection.ask("GET", "/")).status).toBe(200);
        connection.close();
      });
    }
  });

  test("conditional does not judge a write, because it has been done", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const answer = await answerOf(
        tagged,
        {},
        [
          ["If-None-Match", "*"],
          ["If-Match", '"a"'],
        ],
        method,
      );
      expect([answer.status, answer.body.toString()]).toEqual([200, TEXT]);
    }
  });

  test("conditional judges only 2xx answers", async () => {
    for (const status of [301, 404, 500]) {
      const answer = await answerOf((res) => res.writeHead(status, { ETag: TAG }).end(TEXT), {}, [
        ["If-None-Match", TAG],
      ]);
      expect([answer.status, answer.body.toString()]).toEqual([status, TEXT]);
    }
  });

  test("conditional that is used twice judges once, in the layer nearest to the handler", async () => {
    const [outer, inner] = [conditional({ tag: { weak: false } }), conditional()];
    const listener = (req: IncomingMessage, res: ServerResponse) =>
      outer(req, res, () => inner(req, res, () => res.end(TEXT)));
    await serving(listener, async (port) => {
      expect((await ask(port, "GET", "/")).field("etag")).toBe(weakTagOfText);
      expect((await ask(port, "GET", "/", [["If-None-Match", weakTagOfText]])).status).toBe(304);
    });
  });
});

test("conditional refuses an invalid option at once", () => {
  expect(() => conditional({ maxBytes: Number.NaN })).toThrow("`maxBytes` is NaN");
  expect(() => conditional({ tag: "weak" as never })).toThrow('`tag` is "weak"');
});

test("conditional refuses `require` and `current` at once, because it judges only after the handler", () => {
  expect(() => conditional({ require: true } as never)).toThrow(/checkPreconditions\(\), before the handler/);
  expect(() => conditional({ current: () => null } as never)).toThrow(
    /checkPreconditions\(req, res, current\)/,
  );
});

test("conditional throws in the handler if its tag function returns a value that is not a tag", async () => {
  const caught: unknown[] = [];
  const handler: Handler = (res) => {
    try {
      res.end(TEXT);
    } catch (error) {
      caught.push(error);
      res.statusCode = 500;
      res.end("caught");
    }
  };
  const answer = await answerOf(handler, { tag: () => "v1" as '"v1"' }, [["If-None-Match", TAG]]);
  expect(caught).toEqual([expect.objectContaining({ message: expect.stringContaining('"v1"') })]);
  expect([answer.status, answer.field("etag"), answer.body.toString()]).toEqual([500, undefined, "caught"]);
});
