import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { strong } from "@entity-tag/core";
import { checkPreconditions, conditional, contentTag } from "@entity-tag/node";
import compression from "compression";
import express from "express";
import { afterAll, describe, expect, test, vi } from "vitest";
import { type Answer, ask, connect, serving } from "./wire.ts";

vi.setConfig({ testTimeout: 30_000 });

type Lines = (readonly [string, string])[];
type Layer = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

const TEXT = "the representation, whole. ".repeat(100);

/** The layers in their order, then the handler. */
function stack(layers: Layer[], handler: RequestListener): RequestListener {
  return (req, res) => {
    const run = (index: number): void =>
      index === layers.length ? void handler(req, res) : layers[index]!(req, res, () => run(index + 1));
    run(0);
  };
}

/**
 * Behaves as `on-headers` 1.0.2. `compression` 1.7.4 and other old layers use it to detect a head. Its listener runs
 * once, and it reads a flat list of fields as a list of pairs.
 */
function oldLayer(listener: (res: ServerResponse) => void): Layer {
  return (_, res, next) => {
    const { writeHead } = res;
    let isFired = false;
    res.writeHead = ((status: number, ...rest: unknown[]) => {
      const fields = typeof rest[0] === "string" ? rest[1] : rest[0];
      res.statusCode = status;
      if (Array.isArray(fields)) for (const field of fields) res.setHeader(field[0], field[1]);
      else for (const [name, value] of Object.entries(fields ?? {})) res.setHeader(name, value as string);
      const kept = typeof rest[0] === "string" ? [rest[0]] : [];
      if (!isFired) {
        isFired = true;
        listener(res);
      }
      return writeHead.apply(res, [res.statusCode, ...kept] as never);
    }) as never;
    next();
  };
}

describe("An old layer, in front of conditional() or behind it,", () => {
  const old = oldLayer((res) => void res.setHeader("X-Request-Id", "yes"));
  const ways: Record<string, RequestListener> = {
    end: (_, res) => void res.setHeader("ETag", '"v1"').end(TEXT),
    writeHead: (_, res) => void res.writeHead(200, { ETag: '"v1"' }).end(TEXT),
    write: (_, res) => {
      res.setHeader("ETag", '"v1"').write(TEXT);
      res.end();
    },
  };

  test.each(Object.entries(ways))("an old layer gets no flat list: %s", async (_, way) => {
    for (const layers of [
      [old, conditional()],
      [conditional(), old],
      [old, conditional(), old],
    ] as Layer[][]) {
      await serving(stack(layers, way), async (port) => {
        for (const [lines, status] of [
          [[["If-Match", '"x"']], 412],
          [[["If-None-Match", '"v1"']], 304],
          [[], 200],
        ] as [Lines, number][]) {
          const answer = await ask(port, "GET", "/", lines);
          expect([answer.status, answer.field("x-request-id"), answer.field("etag")]).toEqual([
            status,
            "yes",
            '"v1"',
          ]);
        }
      });
    }
  });

  test("an old layer gets no flat list from checkPreconditions", async () => {
    const handler: RequestListener = (req, res) => {
      if (!checkPreconditions(req, res, { etag: '"v1"' })) res.end(TEXT);
    };
    await serving(stack([old], handler), async (port) => {
      for (const method of ["GET", "PUT"]) {
        const answer = await ask(port, method, "/", [["If-Match", '"x"']]);
        expect([answer.status, answer.field("x-request-id")]).toEqual([412, "yes"]);
      }
    });
  });
});

describe("A refusal of HEAD has no content, and the length of that of GET", () => {
  const late: RequestListener = stack(
    [conditional()],
    (_, res) => void res.setHeader("ETag", '"v1"').end(TEXT),
  );
  const written: RequestListener = stack([conditional()], (_, res) => {
    res.setHeader("ETag", '"v1"');
    if (res.req.method !== "HEAD") res.write(TEXT);
    else res.flushHeaders();
    res.end();
  });
  const early: RequestListener = (req, res) => {
    if (!checkPreconditions(req, res, { etag: '"v1"' })) res.end();
  };

  test.each(Object.entries({ late, written, early }))(
    "%s, on a server that rejects such writes",
    async (_, listener) => {
      const server = createServer({ rejectNonStandardBodyWrites: true }, listener).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const connection = await connect(port);
      const lines: Lines = [["If-Match", '"x"']];
      const head = await connection.ask("HEAD", "/", lines);
      const get = await connection.ask("GET", "/", lines);
      expect([head.status, head.field("content-length")]).toEqual([412, get.field("content-length")]);
      expect(Number(get.field("content-length"))).toBe(get.body.length);
      connection.close();
      server.close();
    },
  );

  test("A server that rejects content of HEAD is not ended by content that the head waits for", async () => {
    const parts = stack([conditional()], (_, res) => {
      res.setHeader("Content-Length", 6).write("one");
      setImmediate(() => res.end("two"));
    });
    const server = createServer({ rejectNonStandardBodyWrites: true }, parts).listen(0, "127.0.0.1");
    await once(server, "listening");
    const connection = await connect((server.address() as AddressInfo).port);
    const [head, get] = [await connection.ask("HEAD", "/"), await connection.ask("GET", "/")];
    expect([head.status, head.field("content-length"), head.field("etag")]).toEqual([
      200,
      "6",
      get.field("etag"),
    ]);
    expect(get.body.toString()).toBe("onetwo");
    connection.close();
    server.close();
  });
});

describe("A handler that still writes after its answer is decided", () => {
  const folder = mkdtempSync(`${tmpdir()}/entity-tag-`);
  writeFileSync(`${folder}/sparse`, "");
  truncateSync(`${folder}/sparse`, 4 * 2 ** 30);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("the handler is ended over HTTP/1 within the limits, at a low cost", async () => {
    const told: unknown[] = [];
    let made = 0;
    const listener = stack([conditional()], (req, res) => {
      if (req.url === "/next") return void res.end("next");
      for (const event of ["finish", "close"]) {
        res.on(event, () => told.push([event, res.destroyed, res.writableFinished]));
      }
      const source = new Readable({
        read() {
          made++;
          this.push(Buffer.alloc(10));
        },
      });
      pipeline(source, res).catch((error) => told.push(error.code));
    });
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const before = process.cpuUsage();
      const started = Date.now();
      expect((await connection.ask("GET", "/", [["If-None-Match", "*"]])).status).toBe(304);
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      const { user, system } = process.cpuUsage(before);
      expect(Date.now() - started).toBeLessThan(1_500);
      expect((user + system) / 1_000).toBeLessThan(400);
      await expect.poll(() => told).toEqual([["close", true, false], "ERR_STREAM_PREMATURE_CLOSE"]);
      const { length } = told;
      const count = made;
      await sleep(50);
      expect([told.length, made]).toEqual([length, count]);
      connection.close();
    });
  });

  test("the handler reads no more than the limit from a sparse file of 4 GB", async () => {
    const app = express().use(conditional()).use(express.static(folder));
    await serving(app as RequestListener, async (port) => {
      const before = process.cpuUsage();
      const connection = await connect(port);
      const lines: Lines = [["If-None-Match", "*"]];
      expect((await connection.ask("GET", "/sparse", lines)).status).toBe(304);
      expect((await connection.ask("GET", "/none")).status).toBe(404);
      const { user, system } = process.cpuUsage(before);
      expect((user + system) / 1_000).toBeLessThan(300);
      connection.close();
    });
  });

  test.each([
    ["bytes", { maxDroppedBytes: 1_000 }, 400],
    ["time", { dropTimeoutMs: 50 }, 400],
  ])("the handler is ended at the limit of %s that an option sets", async (_, options, most) => {
    const listener = stack([conditional(options)], (req, res) => {
      if (req.url === "/next") return void res.end("next");
      pipeline(
        (async function* () {
          for (;;) {
            await sleep(5);
            yield "x".repeat(500);
          }
        })(),
        res,
      ).catch(() => {});
    });
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const started = Date.now();
      await connection.ask("GET", "/", [["If-None-Match", "*"]]);
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      expect(Date.now() - started).toBeLessThan(most);
      connection.close();
    });
  });

  test("a whole 412 and a normal end come over HTTP/2, also if the handler writes before a pipeline", async () => {
    const judge = conditional();
    const server = createHttp2Server((req, res) =>
      judge(req, res, () => {
        res.write("first");
        pipeline(Readable.from(["second"]), res).catch(() => {});
      }),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let i = 0; i < 20; i++) {
      const stream = session.request({ ":path": "/", "if-match": '"x"' });
      const [fields] = await once(stream, "response");
      let body = "";
      for await (const bytes of stream) body += bytes;
      expect([fields[":status"], JSON.parse(body).status, stream.rstCode]).toEqual([412, 412, 0]);
      expect(fields["content-length"]).toBe(String(body.length));
    }
    session.destroy();
    server.close();
  });
});

test("A write of null between parts of awaited content loses no part, beside a compressor", async () => {
  const judge = conditional();
  const compress = compression() as unknown as ReturnType<typeof conditional>;
  const listener: RequestListener = (req, res) =>
    compress(req, res, () =>
      judge(req, res, () => {
        res.setHeader("Content-Length", 6);
        res.write("abc");
        expect(() => res.write(null)).toThrow("null");
        res.end("def");
      }),
    );
  await serving(listener, async (port) => {
    expect((await ask(port, "GET", "/")).body.toString()).toBe("abcdef");
  });
});

test("A 412 over HTTP/2 has its content although a compressor beside the handler has ended", async () => {
  const judge = conditional();
  const compress = compression({ threshold: 0 }) as unknown as ReturnType<typeof conditional>;
  const server = createHttp2Server((req, res) =>
    judge(req, res, () =>
      compress(req as never, res as never, () => {
        res.setHeader("Content-Type", "text/plain");
        res.end(TEXT);
      }),
    ),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ":path": "/", "if-match": '"x"', "accept-encoding": "gzip" });
  const [fields] = await once(stream, "response");
  let body = "";
  for await (const bytes of stream) body += bytes;
  expect([fields[":status"], JSON.parse(body).status, stream.rstCode]).toEqual([412, 412, 0]);
  session.destroy();
  server.close();
});

test("Express takes contentTag as its own `etag`, and answers 304 by it", async () => {
  const app = express().set("etag", contentTag);
  app.get("/", (_, res) => void res.send("hello"));
  await serving(app as unknown as RequestListener, async (port) => {
    for (const method of ["GET", "HEAD"]) {
      const full = await ask(port, method, "/");
      expect([full.status, full.field("etag")]).toEqual([200, contentTag("hello")]);
      const again = await ask(port, method, "/", [["If-None-Match", contentTag("hello")]]);
      expect([again.status, again.field("etag")]).toEqual([304, contentTag("hello")]);
    }
  });
});

describe("A layer that throws when the head goes out leaves room for an error page:", () => {
  const page = "ten octets";
  const throwing = oldLayer(() => {
    throw new Error("the session store is gone");
  });
  const handle =
    (write: (res: ServerResponse) => void): RequestListener =>
    (req, res) => {
      if (req.url === "/next") return void res.end("next");
      try {
        write(res);
      } catch {
        res.statusCode = 500;
        res.setHeader("Content-Length", page.length);
        res.end(page);
      }
    };
  const ways: Record<string, (res: ServerResponse) => void> = {
    end: (res) => void res.setHeader("ETag", '"v1"').end(TEXT),
    write: (res) => {
      res.setHeader("ETag", '"v1"').write(TEXT);
      res.end();
    },
    writeHead: (res) => void res.writeHead(200, { ETag: '"v1"', "Content-Length": TEXT.length }).end(TEXT),
    "a tag of content": (res) => void res.end(TEXT),
  };

  test.each(Object.entries(ways))("%s", async (name, write) => {
    for (const lines of [[["If-Match", '"x"']], [["If-None-Match", "*"]], []] as Lines[]) {
      await serving(
        (req, res) => {
          const layers: Layer[] = req.url === "/next" ? [] : [throwing];
          stack([...layers, conditional()], handle(write))(req, res);
        },
        async (port) => {
          const connection = await connect(port);
          const answer = await connection.ask("GET", "/", lines);
          expect([answer.status, answer.body.toString()]).toEqual([500, page]);
          expect(answer.field("content-length")).toBe("10");
          if (name === "a tag of content") expect(answer.field("etag")).toBeUndefined();
          expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
          connection.close();
        },
      );
    }
  });
});

describe("Conditions come before Range:", () => {
  const folder = mkdtempSync(`${tmpdir()}/entity-tag-`);
  writeFileSync(`${folder}/page.txt`, TEXT);
  afterAll(() => rmSync(folder, { recursive: true }));
  const beyond = ["Range", "bytes=9999999-"] as const;

  test("a range beyond the end of what express.static serves", async () => {
    const app = express()
      .use(conditional())
      .use(express.static(folder, { setHeaders: (res) => void res.setHeader("ETag", '"a,b"') }));
    await serving(app as RequestListener, async (port) => {
      const statusOf = async (...lines: Lines) => (await ask(port, "GET", "/page.txt", lines)).status;
      expect(await statusOf(beyond)).toBe(416);
      expect(await statusOf(beyond, ["If-Match", '"x"'])).toBe(412);
      expect(await statusOf(beyond, ["If-Match", '"a,b"'])).toBe(416);
      expect(await statusOf(beyond, ["If-None-Match", '"x", "a,b"'])).toBe(304);
      expect(await statusOf(beyond, ["If-None-Match", "*"])).toBe(304);
      expect(await statusOf(beyond, ["If-Range", '"x"'])).toBe(200);
      expect(await statusOf(["Range", "bytes=0-3"])).toBe(206);
      const again = await ask(port, "GET", "/page.txt", [beyond, ["If-None-Match", "*"]]);
      expect([again.field("etag"), again.field("content-type"), again.field("content-range")]).toEqual([
        '"a,b"',
        undefined,
        undefined,
      ]);
      expect(again.field("content-security-policy")).toBeUndefined();
    });
  });

  /** Honours `Range`, and never looks at `If-Range`. */
  const partial: RequestListener = (req, res) => {
    res.setHeader("ETag", '"v2"');
    if (req.headers.range !== "bytes=0-3") return void res.end(TEXT);
    res.statusCode = 206;
    res.setHeader("Content-Range", `bytes 0-3/${TEXT.length}`);
    res.end(TEXT.slice(0, 4));
  };
  const range = ["Range", "bytes=0-3"] as const;

  test("an If-Range that the handler does not check gets the whole page", async () => {
    await serving(stack([conditional()], partial), async (port) => {
      const statusOf = async (...lines: Lines) => (await ask(port, "GET", "/", lines)).status;
      expect(await statusOf(range)).toBe(206);
      expect(await statusOf(range, ["If-Range", '"v1"'])).toBe(200);
      expect(await statusOf(range, ["If-Range", "Sun, 06 Nov 1994 08:49:37 GMT"])).toBe(200);
    });
  });

  test('with `ranges: "checked"` the handler sees what it can check', async () => {
    await serving(stack([conditional({ ranges: "checked" })], partial), async (port) => {
      expect((await ask(port, "GET", "/", [range, ["If-Range", '"v2"']])).status).toBe(206);
      expect((await ask(port, "GET", "/", [range, ["If-Range", 'W/"v2"']])).status).toBe(200);
    });
  });

  test("a handler that knows the state sees the range again if If-Range holds", async () => {
    const handler: RequestListener = (req, res) => {
      if (!checkPreconditions(req, res, { etag: '"v2"' })) partial(req, res);
    };
    await serving(stack([conditional()], handler), async (port) => {
      expect((await ask(port, "GET", "/", [range, ["If-Range", '"v2"']])).status).toBe(206);
      expect((await ask(port, "GET", "/", [range, ["If-Range", '"v1"']])).status).toBe(200);
    });
  });
});

describe("Content in two pieces", () => {
  const halves =
    (first: string, second: string, length?: number): RequestListener =>
    (_, res) => {
      if (length !== undefined) res.setHeader("Content-Length", length);
      res.write(first);
      setTimeout(() => res.end(second), 30);
    };

  test.each<[string, RequestListener, boolean]>([
    ["with a Content-Length is tagged", halves(TEXT.slice(0, -1), TEXT.slice(-1), TEXT.length), true],
    ["all of it in the first piece, too", halves(TEXT, "", TEXT.length), true],
    ["without a Content-Length is not", halves(TEXT.slice(0, -1), TEXT.slice(-1)), false],
    ["longer than maxBytes is not", halves("x".repeat(600_000), "y".repeat(600_000), 1_200_000), false],
  ])("%s", async (_, handler, isTagged) => {
    await serving(stack([conditional()], handler), async (port) => {
      const whole = await serving(handler, (bare) => ask(bare, "GET", "/"));
      const answer = await ask(port, "GET", "/");
      expect(answer.body.equals(whole.body)).toBe(true);
      expect(answer.field("etag") !== undefined).toBe(isTagged);
      if (isTagged) {
        const again = await ask(port, "GET", "/", [["If-None-Match", answer.field("etag")!]]);
        expect(again.status).toBe(304);
      }
    });
  });
});

describe("Validators of a state that is known before the handler are only on a 2xx:", () => {
  test.each([404, 500, 302, 200, 206])("%i", async (status) => {
    for (const layers of [[], [conditional()]] as Layer[][]) {
      const handlers: RequestListener[] = [
        (_, res) => void Object.assign(res, { statusCode: status }).end("page"),
        (_, res) => void res.writeHead(status, { "Content-Type": "text/plain" }).end("page"),
      ];
      for (const handler of handlers) {
        const listener: RequestListener = (req, res) => {
          if (!checkPreconditions(req, res, { etag: '"v1"', lastModified: 784111777000 })) handler(req, res);
        };
        await serving(stack(layers, listener), async (port) => {
          const answer: Answer = await ask(port, "GET", "/", [["If-None-Match", '"v0"']]);
          const isGood = status < 300;
          expect([answer.status, answer.field("etag"), answer.field("last-modified") !== undefined]).toEqual([
            status,
            isGood ? '"v1"' : undefined,
            isGood,
          ]);
        });
      }
    }
  });
});

describe("The tag of a coding", () => {
  const state = { etag: strong("v1") };
  const handler: RequestListener = (req, res) => {
    if (!checkPreconditions(req, res, state)) res.end(TEXT);
  };
  const gzip = ["Accept-Encoding", "gzip"] as const;

  test("the tag of a coding is accepted even if this process does not compress, and `codings: []` turns that off", async () => {
    await serving(handler, async (port) => {
      for (const coding of ["gzip", "br", "deflate", "zstd"]) {
        expect((await ask(port, "PUT", "/", [["If-Match", `"v1-${coding}"`]])).status).toBe(200);
      }
      expect((await ask(port, "PUT", "/", [["If-Match", '"v1-other"']])).status).toBe(412);
      const again = await ask(port, "GET", "/", [gzip, ["If-None-Match", '"v1-gzip"']]);
      expect([again.status, again.field("etag")]).toEqual([304, '"v1-gzip"']);
    });
    const strict: RequestListener = (req, res) => {
      if (!checkPreconditions(req, res, state, { codings: [] })) res.end(TEXT);
    };
    await serving(strict, async (port) => {
      expect((await ask(port, "PUT", "/", [["If-Match", '"v1-gzip"']])).status).toBe(412);
    });
  });

  test("the tag of a coding is accepted for an answer that is judged late, too", async () => {
    const tagged: RequestListener = (_, res) => void res.setHeader("ETag", '"v1"').end(TEXT);
    await serving(stack([conditional()], tagged), async (port) => {
      const again = await ask(port, "GET", "/", [gzip, ["If-None-Match", '"v1-gzip"']]);
      expect([again.status, again.field("etag")]).toEqual([304, '"v1-gzip"']);
      expect((await ask(port, "GET", "/", [["If-None-Match", '"v1-gzip"']])).status).toBe(200);
    });
    await serving(stack([conditional({ codings: [] })], tagged), async (port) => {
      expect((await ask(port, "GET", "/", [gzip, ["If-None-Match", '"v1-gzip"']])).status).toBe(200);
    });
  });
});

test("A refusal of a read keeps the fields of outer layers, and few fields of the representation", async () => {
  const outer: Layer = (_, res, next) => {
    res.setHeader("X-Outer", "yes");
    res.setHeader("Cache-Control", "max-age=60");
    next();
  };
  const handler: RequestListener = (_, res) => {
    for (const name of [
      "CDN-Cache-Control",
      "Content-Location",
      "Content-Disposition",
      "X-Inner",
      "X-Kept",
    ]) {
      res.setHeader(name, "value");
    }
    res.setHeader("Access-Control-Allow-Origin", "*").end(TEXT);
  };
  const layers = [outer, conditional({ keep: (name) => name.toLowerCase() === "x-kept" })];
  await serving(stack(layers, handler), async (port) => {
    const answer = await ask(port, "GET", "/", [["If-Match", '"x"']]);
    const seen = answer.lines.map(([name]) => name.toLowerCase()).sort();
    expect([answer.status, seen]).toEqual([
      412,
      [
        "access-control-allow-origin",
        "connection",
        "content-length",
        "content-type",
        "date",
        "etag",
        "keep-alive",
        "x-kept",
        "x-outer",
      ],
    ]);
  });
});

test("app.use(conditional), without the call, throws instead of hanging", async () => {
  const app = express().use(conditional as never);
  app.use(
    ((error, _req, res, _next) => void res.status(500).send(error.message)) as express.ErrorRequestHandler,
  );
  await serving(app as RequestListener, async (port) => {
    const answer = await ask(port, "GET", "/");
    expect([answer.status, answer.body.toString()]).toEqual([500, expect.stringContaining("conditional()")]);
  });
});

test("A client that leaves over HTTP/1 while writes are dropped ends the handler", async () => {
  let closes = 0;
  const listener = stack([conditional({ dropTimeoutMs: 10_000 })], (_, res) => {
    res.on("close", () => closes++);
    res.write("first");
  });
  await serving(listener, async (port) => {
    const socket = connectTcp(port, "127.0.0.1").on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n");
    await once(socket, "data");
    socket.destroy();
    await expect.poll(() => closes).toBe(1);
  });
});

describe("Express with compression, as in its recipe:", () => {
  const recipe = (layers: express.RequestHandler[]) => {
    let page = { version: 1, text: "the page, at some length. ".repeat(100) };
    const etag = () => strong(String(page.version));
    const app = express().set("etag", false);
    for (const layer of layers) app.use(layer);
    app.get("/", (_, res) => void res.type("text").set("ETag", etag()).send(page.text));
    app.put("/", express.text({ type: () => true }), (req, res) => {
      if (checkPreconditions(req, res, { etag: etag() }, { require: true })) return;
      page = { version: page.version + 1, text: req.body };
      res.type("text").set("ETag", etag()).send(page.text);
    });
    return app as RequestListener;
  };
  const layers = {
    compression: compression(),
    conditional: conditional() as unknown as express.RequestHandler,
  };

  test.each<[string, express.RequestHandler[]]>([
    ["compression first", [layers.compression, layers.conditional]],
    ["conditional first", [layers.conditional, layers.compression]],
  ])("a gzip client reads, gets its 304, and writes with the tag that it got: %s", async (_, order) => {
    await serving(recipe(order), async (port) => {
      const gzip = ["Accept-Encoding", "gzip"] as const;
      const full = await ask(port, "GET", "/", [gzip]);
      expect([full.field("content-encoding"), full.field("etag")]).toEqual(["gzip", '"1-gzip"']);
      const again = await ask(port, "GET", "/", [gzip, ["If-None-Match", '"1-gzip"']]);
      expect([again.status, again.field("etag")]).toEqual([304, '"1-gzip"']);
      expect(again.field("vary")).toBe(full.field("vary"));
      const saved = await ask(port, "PUT", "/", [gzip, ["If-Match", '"1-gzip"']], "new");
      expect(saved.status).toBe(200);
      expect((await ask(port, "PUT", "/", [gzip, ["If-Match", '"1-gzip"']], "newer")).status).toBe(412);
    });
  });
});
