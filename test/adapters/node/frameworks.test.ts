import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { isWeak, parseTag, strong } from "@entity-tag/core";
import { checkPreconditions, conditional } from "@entity-tag/node";
import compression from "compression";
import connectApp from "connect";
import express from "express";
import polka from "polka";
import { afterAll, describe, expect, test } from "vitest";
import { root } from "../bed/server.ts";
import { type Answer, ask, connect, serving } from "./wire.ts";

type Lines = (readonly [string, string])[];
type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void;

const TEXT = "the same café, in many words and at some length. ".repeat(40);
const FILE = `${root}/test/package.json`;
/** For files that compressors do not compress. */
const FOLDER = mkdtempSync(`${tmpdir()}/entity-tag-`);
writeFileSync(`${FOLDER}/dot.png`, TEXT);
afterAll(() => rmSync(FOLDER, { recursive: true }));
const modified = "Sun, 06 Nov 1994 08:49:37 GMT";
const settings = [false, "weak", "strong"] as const;

/** The calls of handlers under Express, and the answer of each. */
const byExpress: Record<string, [handler: express.RequestHandler, body: string]> = {
  "res.json": [(_, res) => res.json({ TEXT }), JSON.stringify({ TEXT })],
  "res.send of a string": [(_, res) => res.send(TEXT), TEXT],
  "res.send of a buffer": [(_, res) => res.type("text").send(Buffer.from(TEXT)), TEXT],
  "res.send with a tag": [(_, res) => res.set("ETag", strong("v1")).send(TEXT), TEXT],
  "res.sendFile": [(_, res) => res.sendFile(FILE), readFileSync(FILE, "utf8")],
  "res.sendFile with a tag": [
    (_, res) => res.set("ETag", strong("v1")).sendFile(FILE),
    readFileSync(FILE, "utf8"),
  ],
  "res.end": [(_, res) => void res.type("text").end(TEXT), TEXT],
  "a stream with a tag": [
    (_, res) => void Readable.from([TEXT]).pipe(res.type("text").set("ETag", strong("v1"))),
    TEXT,
  ],
};

/** The same with the methods of node:http, which all frameworks have. */
const byNode: Record<string, (res: ServerResponse) => unknown> = {
  end: (res) => res.setHeader("Content-Type", "text/plain").end(TEXT),
  "end with a tag": (res) => tagged(res).end(TEXT),
  "writeHead with a tag": (res) =>
    res.writeHead(200, { "Content-Type": "text/plain", ETag: strong("v1") }).end(TEXT),
  "writes with a tag": (res) => {
    tagged(res);
    for (const word of TEXT.split(/(?<= )/)) res.write(word);
    res.end();
  },
  "a stream with a tag": (res) => Readable.from(TEXT.split(/(?<= )/)).pipe(tagged(res)),
};

function tagged(res: ServerResponse): ServerResponse {
  return res.setHeader("Content-Type", "text/plain").setHeader("ETag", strong("v1"));
}

function expressApp(
  setting: false | "weak" | "strong",
  middleware: Middleware[],
  handler: express.RequestHandler,
) {
  const app = express().set("etag", setting);
  for (const layer of middleware) app.use(layer as express.RequestHandler);
  app.get("/next", (_, res) => void res.send("next"));
  return app.get("/", handler) as RequestListener;
}

/** How the frameworks run middleware before a handler. */
const frameworks: Record<
  string,
  (middleware: Middleware[], handler: (res: ServerResponse) => unknown) => RequestListener
> = {
  Express: (middleware, handler) => expressApp("weak", middleware, (_, res) => void handler(res)),
  Connect: (middleware, handler) => {
    const app = connectApp();
    for (const layer of middleware) app.use(layer);
    app.use("/next", (_, res) => void res.end("next"));
    return app.use((_, res) => void handler(res));
  },
  Polka: (middleware, handler) => {
    const app = polka();
    for (const layer of middleware) app.use(layer as polka.Middleware);
    app.get("/next", (_, res) => void res.end("next"));
    app.all("/", (_, res) => void handler(res));
    return app.handler as unknown as RequestListener;
  },
};

const compress = compression({ threshold: 0 }) as unknown as Middleware;
const orders: Record<string, Middleware[]> = {
  "compression before conditional": [compress, conditional()],
  "compression after conditional": [conditional(), compress],
};

function decoded(answer: Answer): string {
  const coding = answer.field("content-encoding");
  if (coding === "gzip") return gunzipSync(answer.body).toString();
  if (coding === "br") return brotliDecompressSync(answer.body).toString();
  expect(coding).toBeUndefined();
  return answer.body.toString();
}

const tagLines = (answer: Answer) => answer.lines.filter(([name]) => name.toLowerCase() === "etag");

describe.each(settings)("Express with its own `etag` setting %j", (setting) => {
  test.each(Object.entries(byExpress))(
    "conditional sends 200, then 304, after %s",
    async (_, [handler, body]) => {
      await serving(expressApp(setting, [conditional()], handler), async (port) => {
        const connection = await connect(port);
        const full = await connection.ask("GET", "/");
        const etag = full.field("etag");
        expect([full.status, full.body.toString()]).toEqual([200, body]);
        expect(tagLines(full).length).toBe(1);
        const conditions: Lines = [etag!, `"other", ${etag}`, "*"].map((list) => ["If-None-Match", list]);
        for (const condition of conditions) {
          const again = await connection.ask("GET", "/", [condition]);
          expect([again.status, again.field("etag"), tagLines(again)]).toEqual([304, etag, tagLines(full)]);
          expect(again.field("content-type")).toBeUndefined();
          expect(again.field("content-length")).toBeUndefined();
        }
        expect((await connection.ask("GET", "/", [["If-None-Match", '"other"']])).body.toString()).toBe(body);
        const head = await connection.ask("HEAD", "/");
        // Express writes no content for HEAD, so conditional() cannot make a tag.
        if (head.field("etag") !== undefined) {
          expect(head.field("etag")).toBe(etag);
          expect((await connection.ask("HEAD", "/", [["If-None-Match", etag!]])).status).toBe(304);
        }
        expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
        connection.close();
      });
    },
  );

  test("conditional makes a tag only if Express makes no tag", async () => {
    const [handler] = byExpress["res.send of a string"]!;
    const without = await serving(expressApp(setting, [], handler), (port) => ask(port, "GET", "/"));
    const etag = await serving(expressApp(setting, [conditional()], handler), async (port) =>
      (await ask(port, "GET", "/")).field("etag"),
    );
    if (setting !== false) expect(etag).toBe(without.field("etag"));
    else expect(isWeak(etag as '"v1"')).toBe(true);
    expect(isWeak(etag as '"v1"')).toBe(setting !== "strong");
  });

  test("conditional refuses a read that fails If-Match, whatever its other conditions are", async () => {
    const [handler] = byExpress["res.send with a tag"]!;
    await serving(expressApp(setting, [conditional()], handler), async (port) => {
      const failing: Lines[] = [
        [["If-Match", '"v0"']],
        [
          ["If-Match", '"v0"'],
          ["If-None-Match", '"v1"'],
        ],
      ];
      for (const lines of failing) {
        const answer = await ask(port, "GET", "/", lines);
        expect([answer.status, answer.field("etag")]).toEqual([412, '"v1"']);
        expect(JSON.parse(answer.body.toString())).toMatchObject({ status: 412, field: "If-Match" });
      }
    });
  });

  test("conditional judges by date, but by tag if there is one", async () => {
    const handler: express.RequestHandler = (_, res) =>
      res.set({ ETag: '"v1"', "Last-Modified": modified }).send(TEXT);
    await serving(expressApp(setting, [conditional()], handler), async (port) => {
      const statusOf = async (lines: Lines) => (await ask(port, "GET", "/", lines)).status;
      expect(await statusOf([["If-Modified-Since", modified]])).toBe(304);
      expect(await statusOf([["If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"]])).toBe(200);
      expect(
        await statusOf([
          ["If-None-Match", '"v0"'],
          ["If-Modified-Since", modified],
        ]),
      ).toBe(200);
    });
  });

  test("conditional leaves ranges of files to Express", async () => {
    const [handler, body] = byExpress["res.sendFile"]!;
    await serving(expressApp(setting, [conditional()], handler), async (port) => {
      const { body: bytes, status, ...answer } = await ask(port, "GET", "/", [["Range", "bytes=0-4"]]);
      expect([status, bytes.toString()]).toEqual([206, body.slice(0, 5)]);
      expect(answer.field("content-range")).toBe(`bytes 0-4/${Buffer.byteLength(body)}`);
      const stale = await ask(port, "GET", "/", [
        ["Range", "bytes=0-4"],
        ["If-Range", '"other"'],
      ]);
      expect([stale.status, stale.body.toString()]).toEqual([200, body]);
    });
  });

  test("conditional sends a stream without a tag unchanged, except to If-None-Match: *", async () => {
    const handler: express.RequestHandler = (_, res) => void Readable.from(["a", "b"]).pipe(res);
    await serving(expressApp(setting, [conditional()], handler), async (port) => {
      const answer = await ask(port, "GET", "/", [["If-None-Match", '"other"']]);
      expect([answer.status, answer.field("etag"), answer.body.toString()]).toEqual([200, undefined, "ab"]);
      expect((await ask(port, "GET", "/", [["If-None-Match", "*"]])).status).toBe(304);
    });
  });
});

describe("conditional hides conditions that a handler would misread:", () => {
  const tag = strong("v1");
  const misread: [what: string, lines: Lines, status: number][] = [
    [
      "a tag with a comma, which a split turns into another tag",
      [["If-None-Match", `"one, ${tag}, two"`]],
      200,
    ],
    ["a list that cannot be read", [["If-None-Match", `${tag}, v2`]], 200],
    [
      "an empty list, after which a simple handler would ask by date",
      [
        ["If-None-Match", ""],
        ["If-Modified-Since", modified],
      ],
      200,
    ],
    ["a date that HTTP does not know", [["If-Modified-Since", "2030-01-01"]], 200],
    ["a star", [["If-None-Match", "*"]], 304],
    ["a weak tag where a strong one is needed", [["If-Match", `W/${tag}`]], 412],
    ["a list that does not refuse a read", [["If-Match", "v0"]], 200],
    ["a date before it", [["If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"]], 412],
    [
      "a range whose version is not known to be the same",
      [
        ["Range", "bytes=0-3"],
        ["If-Range", `W/${tag}`],
      ],
      200,
    ],
  ];
  const validators = { ETag: tag, "Last-Modified": modified };
  const state = { etag: tag, lastModified: Date.parse(modified) };
  const ways: Record<string, express.RequestHandler> = {
    "res.send": (_, res) => void res.set(validators).send(TEXT),
    "res.sendFile": (_, res) => res.set(validators).sendFile(FILE),
    "express.static": express.static(`${root}/test`, {
      setHeaders: (res) => void (res as express.Response).set(validators),
    }),
  };

  test.each(Object.entries(ways))("%s", async (_, handler) => {
    const apps = {
      late: [conditional()],
      early: [(req, res, next) => checkPreconditions(req, res, state) || next()],
      both: [
        conditional(),
        // The request is sent twice, because conditions that are hidden from the handler are still judged here.
        (req, res, next) => [{}, state].some((state) => checkPreconditions(req, res, state)) || next(),
      ],
    } satisfies Record<string, Middleware[]>;
    for (const [when, layers] of Object.entries(apps)) {
      const app = express();
      for (const layer of layers) app.use(layer as express.RequestHandler);
      await serving(app.use(handler) as RequestListener, async (port) => {
        for (const [what, lines, status] of misread) {
          expect([when, what, (await ask(port, "GET", "/package.json", lines)).status]).toEqual([
            when,
            what,
            status,
          ]);
        }
      });
    }
  });

  test("the handler sees the conditions that simple and full rules read in the same way", async () => {
    const seen: unknown[] = [];
    const layers: Middleware[] = [
      conditional(),
      (req, _, next) => next(void seen.push(req.headers["if-none-match"])),
    ];
    await serving(
      expressApp(false, layers, (_, res) => void res.send(TEXT)),
      async (port) => {
        for (const field of ['"v1"', 'W/"v1"', '"v1", W/"v2"', '"a,b"', "*"]) {
          await ask(port, "GET", "/", [["If-None-Match", field]]);
        }
      },
    );
    expect(seen).toEqual(['"v1"', 'W/"v1"', '"v1", W/"v2"', undefined, undefined]);
  });
});

describe.each(Object.entries(frameworks))("Under %s,", (_, app) => {
  test.each(Object.entries(byNode))("conditional sends 200, then 304, after %s", async (_, handler) => {
    await serving(app([conditional()], handler), async (port) => {
      const connection = await connect(port);
      const full = await connection.ask("GET", "/");
      const etag = full.field("etag")!;
      expect([full.status, full.body.toString(), parseTag(etag)]).toEqual([200, TEXT, etag]);
      for (const method of ["GET", "HEAD"]) {
        const again = await connection.ask(method, "/", [["If-None-Match", etag]]);
        expect([again.status, again.field("etag")]).toEqual([304, etag]);
      }
      expect((await connection.ask("GET", "/", [["If-Match", '"v0"']])).status).toBe(412);
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      connection.close();
    });
  });

  test("checkPreconditions answers in the handler's place", async () => {
    let handled = 0;
    const judge: Middleware = (req, res, next) => {
      if (!checkPreconditions(req, res, { etag: strong("v1") })) next();
    };
    const handler = (res: ServerResponse) => {
      handled++;
      res.end(TEXT);
    };
    await serving(app([conditional(), judge], handler), async (port) => {
      const connection = await connect(port);
      expect((await connection.ask("GET", "/")).field("etag")).toBe('"v1"');
      expect((await connection.ask("GET", "/", [["If-None-Match", '"v1"']])).status).toBe(304);
      const refused = await connection.ask("PUT", "/", [["If-Match", '"v0"']], "a body");
      expect([refused.status, refused.field("etag"), handled]).toEqual([412, '"v1"', 1]);
      expect((await connection.ask("GET", "/")).body.toString()).toBe(TEXT);
      connection.close();
    });
  });
});

const codings = ["identity", "gzip", "br"] as const;

/** The known gaps in the answers of a row. */
interface Gaps {
  /** the tag of a coded body: content that was coded before conditional() saw it streams by */
  codedTag?: boolean;
}

/** How a client asks whether its copy is still current. */
function conditionOn(answer: Answer): readonly [name: string, value: string] | undefined {
  const [etag, date] = [answer.field("etag"), answer.field("last-modified")];
  if (etag !== undefined) return ["If-None-Match", etag];
  return date === undefined ? undefined : ["If-Modified-Since", date];
}

/** One resource in each coding. These rules hold for every maker of the tag and every compressor. */
async function expectCodingsApart(listener: RequestListener, body: string, gaps: Gaps) {
  await serving(listener, async (port) => {
    const connection = await connect(port);
    const strongTags: string[] = [];
    for (const coding of codings) {
      const accept = ["Accept-Encoding", coding] as const;
      const full = await connection.ask("GET", "/", [accept]);
      const etag = full.field("etag");
      expect([full.status, full.field("content-encoding") ?? "identity"]).toEqual([200, coding]);
      expect(decoded(full)).toBe(body);
      expect(full.field("vary")?.toLowerCase()).toBe("accept-encoding");
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      const isUntagged = gaps.codedTag && coding !== "identity";
      expect(tagLines(full).length).toBe(isUntagged ? 0 : 1);
      const condition = conditionOn(full);
      if (condition === undefined) continue;
      if (etag !== undefined) expect(parseTag(etag)).toBe(etag);
      if (etag?.startsWith('"')) strongTags.push(etag);

      const again = await connection.ask("GET", "/", [accept, condition]);
      expect([again.status, tagLines(again)]).toEqual([304, tagLines(full)]);
      expect(again.field("vary")).toBe(full.field("vary"));
      for (const name of ["content-encoding", "content-type", "content-length", "transfer-encoding"]) {
        expect(again.field(name)).toBeUndefined();
      }
      const changed = await connection.ask("GET", "/", [accept, ["If-None-Match", '"other"']]);
      expect([changed.status, decoded(changed)]).toEqual([200, body]);
    }
    expect(new Set(strongTags).size).toBe(strongTags.length);
    connection.close();
  });
}

describe.each(Object.entries(orders))(
  "With %s, two codings never share a strong tag:",
  (order, middleware) => {
    const isCodedFirst = order === "compression after conditional";

    describe.each(settings)("Express, with its own `etag` setting %j,", (setting) => {
      test.each(Object.entries(byExpress))("%s", async (name, [handler, body]) => {
        const isTagged = name.endsWith("with a tag") || (setting !== false && name !== "res.end");
        await expectCodingsApart(expressApp(setting, middleware, handler), body, {
          codedTag: isCodedFirst && !isTagged,
        });
      });
    });

    describe.each(Object.entries(frameworks))("%s,", (_, app) => {
      test.each(Object.entries(byNode))("%s", async (name, handler) => {
        await expectCodingsApart(app(middleware, handler), TEXT, {
          codedTag: isCodedFirst && name === "end",
        });
      });
    });

    test.each<[what: string, middleware: Middleware, path: string, vary: string | undefined]>([
      [
        "text that `express.static` serves",
        express.static(`${root}/test`) as Middleware,
        "/package.json",
        "Accept-Encoding",
      ],
      ["a picture, which is not compressed", express.static(FOLDER) as Middleware, "/dot.png", undefined],
    ])("a 304 of a file has the Vary of its 200: %s", async (_, files, path, vary) => {
      const app = connectApp();
      for (const layer of [...middleware, files]) app.use(layer);
      await serving(app, async (port) => {
        for (const method of ["GET", "HEAD"]) {
          const accept = ["Accept-Encoding", "gzip"] as const;
          const full = await ask(port, method, path, [accept]);
          const again = await ask(port, method, path, [accept, conditionOn(full)!]);
          expect([full.status, full.field("vary")]).toEqual([200, vary]);
          expect([again.status, again.field("vary")]).toEqual([304, vary]);
          for (const name of ["content-type", "content-encoding"]) expect(again.field(name)).toBeUndefined();
        }
      });
    });

    test("a type that the handler removes is not in its 200, and a later one is", async () => {
      const retype = (res: ServerResponse) => {
        tagged(res).removeHeader("Content-Type");
        expect(res.getHeader("Content-Type")).toBeUndefined();
        if (res.req.headers.accept === "text/css") res.setHeader("Content-Type", "text/css");
        res.end(TEXT);
      };
      await serving(frameworks.Connect!(middleware, retype), async (port) => {
        const [untyped, typed] = [
          await ask(port, "GET", "/"),
          await ask(port, "GET", "/", [["Accept", "text/css"]]),
        ];
        expect([untyped.field("content-type"), untyped.field("vary")]).toEqual([undefined, undefined]);
        expect([typed.field("content-type"), typed.field("vary")]).toEqual(["text/css", "Accept-Encoding"]);
      });
    });

    test("a log of what was sent has no type of a 304", async () => {
      const logged: unknown[] = [];
      const log: Middleware = (_, res, next) => {
        res.on("finish", () => logged.push([res.statusCode, res.getHeader("Content-Type")]));
        next();
      };
      await serving(frameworks.Connect!([log, ...middleware], byNode["end with a tag"]!), async (port) => {
        await ask(port, "GET", "/");
        await ask(port, "GET", "/", [["If-None-Match", '"v1"']]);
        await expect
          .poll(() => logged)
          .toEqual([
            [200, "text/plain"],
            [304, undefined],
          ]);
      });
    });

    test("a refusal of an answer without a type keeps the strong tag, to be sent in If-Match", async () => {
      const untyped = (res: ServerResponse) => res.setHeader("ETag", strong("v1")).end(TEXT);
      await serving(frameworks.Connect!(middleware, untyped), async (port) => {
        const failing: Lines = [
          ["Accept-Encoding", "gzip"],
          ["If-Match", '"v0"'],
        ];
        const answer = await ask(port, "GET", "/", failing);
        expect([answer.status, answer.field("etag")]).toEqual([412, '"v1"']);
        expect(JSON.parse(decoded(answer))).toMatchObject({ status: 412, field: "If-Match" });
      });
    });

    test("a problem is readable, coded or not", async () => {
      await serving(frameworks.Connect!(middleware, byNode["end with a tag"]!), async (port) => {
        for (const coding of codings) {
          const answer = await ask(port, "GET", "/", [
            ["Accept-Encoding", coding],
            ["If-Match", '"v0"'],
          ]);
          expect(answer.status).toBe(412);
          expect(JSON.parse(decoded(answer))).toMatchObject({ status: 412, field: "If-Match" });
        }
      });
    });
  },
);

test("A handler under Express that throws in the middle of its body breaks it off, and the server goes on", async () => {
  const app = express().use(conditional());
  app.get("/next", (_, res) => void res.send("next"));
  app.get("/", (_, res) => {
    res.write("the first part");
    throw new Error("in the middle");
  });
  app.get("/early", () => {
    throw new Error("before the body");
  });
  app.use(((_error, _req, res, next) =>
    res.headersSent ? next("broken") : res.status(500).send("sorry")) as express.ErrorRequestHandler);
  app.set("env", "test");
  await serving(app as RequestListener, async (port) => {
    await expect(ask(port, "GET", "/")).rejects.toThrow("closed");
    const early = await ask(port, "GET", "/early", [["If-None-Match", "*"]]);
    expect([early.status, early.body.toString()]).toEqual([500, "sorry"]);
    expect((await ask(port, "GET", "/next")).body.toString()).toBe("next");
  });
});
