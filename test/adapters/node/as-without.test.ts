import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { type IncomingMessage, type RequestListener, ServerResponse } from "node:http";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2ServerResponse,
} from "node:http2";
import { type AddressInfo, connect as connectTcp } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import { checkPreconditions, conditional } from "@entity-tag/node";
import compression from "compression";
import { describe, expect, test } from "vitest";
import { ask, connect, serving } from "./wire.ts";

type Lines = (readonly [string, string])[];
type Layer = (req: never, res: never, next: () => void) => void;

const TEXT = "the representation, whole. ".repeat(100);

/** The results of a handler's own steps. */
type Seen = unknown[];
type Handler = (res: ServerResponse, seen: Seen) => unknown;

const codeOf = (act: () => unknown) => {
  try {
    return act() instanceof Promise ? "a promise" : "ok";
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

/** The answer, and what the handler saw, behind these layers. The connection must then serve another request. */
async function run(layers: Layer[], handler: Handler, lines: Lines = [], method = "GET") {
  const seen: Seen = [];
  const listener: RequestListener = (req, res) => {
    if (req.url === "/next") return void res.end("next");
    for (const event of ["finish", "close"]) res.on(event, () => seen.push(event));
    const step = (index: number): unknown =>
      index === layers.length
        ? handler(res, seen)
        : layers[index]!(req as never, res as never, () => step(index + 1));
    step(0);
  };
  return await serving(listener, async (port) => {
    const connection = await connect(port);
    const [answer, next] = await connection.pipeline([
      [method, "/", lines],
      ["GET", "/next", []],
    ]);
    expect(next!.body.toString()).toBe("next");
    await expect.poll(() => seen.includes("close")).toBe(true);
    connection.close();
    const { field, lines: all, ...rest } = answer!;
    const fields = all.filter(([name]) => !["ETag", "Date", "Vary"].includes(name));
    return { whole: { ...rest, fields, seen }, seen, status: rest.status, interim: rest.interim, field };
  });
}

function writeInParts(res: ServerResponse, flush = () => {}): void {
  res.setHeader("Content-Length", 7).write("con");
  flush();
  res.end("tent");
}

const { write: writeOfClass, end: endOfClass } = ServerResponse.prototype as unknown as {
  write(this: ServerResponse, chunk: string): unknown;
  end(this: ServerResponse, chunk?: string): unknown;
};
const ours = () => conditional() as unknown as Layer;
const compressor = () => compression({ threshold: 0 }) as unknown as Layer;

describe("conditional over HTTP/1 does not change:", () => {
  const handlers: Record<string, Handler> = {
    "trailers after content in chunks": (res, seen) => {
      seen.push(codeOf(() => res.writeHead(200, { Trailer: "X-Sum" })));
      if (!res.headersSent) res.removeHeader("Trailer");
      res.write("content");
      res.addTrailers({ "X-Sum": "7" });
      res.end();
    },
    "trailers that cannot follow content of a known length": (res, seen) => {
      seen.push(codeOf(() => res.writeHead(200, { Trailer: "X-Sum", "Content-Length": 2 })));
      seen.push(res.headersSent);
      res.removeHeader("Trailer");
      res.end("ab");
    },
    "early hints and 100 between a head and its content": (res, seen) => {
      res.writeHead(200, { "Content-Type": "text/plain" });
      seen.push(codeOf(() => res.writeEarlyHints({ link: "</a.css>; rel=preload" })));
      seen.push(codeOf(() => res.writeContinue()));
      res.end("content");
    },
    "early hints before the head": (res) => {
      res.writeEarlyHints({ link: "</a.css>; rel=preload" });
      res.end("content");
    },
    "corked writes": (res) => {
      res.cork();
      res.write("a");
      res.write("b");
      res.uncork();
      res.end("c");
    },
    "a callback of end, then finish, then close": (res, seen) => {
      res.end("content", () => seen.push("callback"));
    },
    "a callback of an end with the rest of awaited content": (res, seen) => {
      res.setHeader("Content-Length", 7).write("con");
      res.end("tent", () => seen.push("callback"));
    },
    "a wrong value in a list of values, then an error page": (res, seen) => {
      seen.push(codeOf(() => res.writeHead(200, { "X-Bad": ["a", undefined] as string[] })));
      res.statusCode = 500;
      res.end("page");
    },
    "a wrong field, then an error page": (res, seen) => {
      res.setHeader("X-Own", "yes");
      seen.push(
        codeOf(() => res.writeHead(200, { "X-Good": "yes", "X-Bad": "a\nb" })),
        res.statusCode,
      );
      res.statusCode = 500;
      res.end("page");
    },
    "a wrong status, then an error page": (res, seen) => {
      seen.push(
        codeOf(() => res.writeHead(99)),
        res.statusCode,
      );
      res.statusCode = 500;
      res.end("page");
    },
    "a phrase of its own, which may be empty": (res) => void res.writeHead(200, "").end("content"),
    "a web stream": (res) => pipeline(Readable.fromWeb(new Blob(["content"]).stream() as never), res),
    _implicitHeader: (res, seen) => {
      const old = res as unknown as { _implicitHeader(): void };
      seen.push(
        codeOf(() => old._implicitHeader()),
        res.headersSent,
      );
      res.end("content");
    },
    "an end that Node takes for no content": (res) => void res.end(0 as never),
    "bytes of another realm": (res) => {
      const bytes = runInNewContext("new Uint8Array([104, 105])") as Uint8Array;
      res.setHeader("Content-Length", 4).write(bytes);
      res.end(bytes);
    },
    "bytes of another realm, without a length": (res) => {
      res.write(runInNewContext("new Uint8Array([104, 105])") as Uint8Array);
      res.end();
    },
    "a write of the class between parts of awaited content": (res) => {
      res.setHeader("Content-Length", 6).write("one");
      writeOfClass.call(res, "two");
      res.end();
    },
    "a field without a name in writeHead": (res, seen) => {
      res.setHeader("X-First", "yes");
      seen.push(codeOf(() => res.writeHead(200, { "": "nothing", "X-Own": "yes" })));
      res.end("content");
    },
    "no Date": (res) => void Object.assign(res, { sendDate: false }).end("content"),
    "a late listener of prefinish": (res, seen) => {
      res.on("prefinish", () => seen.push("prefinish"));
      res.end("content");
    },
  };
  for (const [name, handler] of Object.entries(handlers)) {
    test.each(["GET", "HEAD", "POST"])(`${name}: %s`, async (method) => {
      const [answer, bare] = [await run([ours()], handler, [], method), await run([], handler, [], method)];
      expect(answer.whole).toEqual(bare.whole);
    });
  }

  test.each([
    ["no layer", [], "1, 2"],
    ["a compressor", [compressor()], "2"],
  ] satisfies [string, Layer[], string][])(
    "a field that an object has in two spellings, beside %s",
    async (_name, outer, sent) => {
      const handler: Handler = (res) => void res.writeHead(200, { "X-A": "1", "x-a": "2" }).end("content");
      const answers = [await run([...outer, ours()], handler), await run(outer, handler)];
      expect(answers.map(({ field }) => field("x-a"))).toEqual([sent, sent]);
    },
  );

  // Such a call passes by every method that this package has replaced.
  test.each([
    ["end of a text", (res) => endOfClass.call(res, "onetwo")],
    [
      "writes",
      (res) => void [writeOfClass.call(res, "one"), writeOfClass.call(res, "two"), endOfClass.call(res)],
    ],
    ["end after a head", (res) => endOfClass.call(res.writeHead(201, { "X-Own": "yes" }), "onetwo")],
    ["end without content", (res) => endOfClass.call(res.writeHead(201, { "X-Own": "yes" }))],
  ] satisfies [string, (res: ServerResponse) => unknown][])(
    "the methods of the class send the head of the handler, not what stands in for it: %s",
    async (_name, handler) => {
      const answers = [ours(), (_: never, __: never, next: () => void) => next()].map((layer) =>
        serving(
          (req, res) => layer(req as never, res as never, () => void handler(res)),
          async (port) => {
            const { status, body, field } = await ask(port, "GET", "/");
            return [status, body.toString(), field("x-own")];
          },
        ),
      );
      const [answer, bare] = await Promise.all(answers);
      expect(answer).toEqual(bare);
    },
  );

  test("a 304 of the handler's own, behind a compressor that codes what it writes", async () => {
    const handler: Handler = (res, seen) => {
      res.writeHead(304, { "Content-Type": "text/plain", ETag: '"v1"' });
      res.write("dropped");
      seen.push(codeOf(() => res.write(null)));
      res.end();
    };
    const gzip: Lines = [["Accept-Encoding", "gzip"]];
    const bare = await run([compressor()], handler, gzip);
    const answer = await run([compressor(), ours()], handler, gzip);
    expect(answer.seen).toEqual(bare.seen);
    expect([answer.status, answer.field("content-encoding"), answer.field("content-type")]).toEqual([
      304,
      undefined,
      undefined,
    ]);
    expect(answer.field("vary")).toBe(bare.field("vary"));
  });

  test("100-continue goes out before the answer that conditions decide", async () => {
    const lines: Lines = [
      ["Expect", "100-continue"],
      ["If-None-Match", "*"],
    ];
    const answer = await run([ours()], (res) => void res.end(TEXT), lines);
    expect([answer.interim, answer.status]).toEqual([[100], 304]);
  });

  // If the first content of a waiting answer is bytes, Node puts its head before the octets that were written earlier.
  test.each([
    ["a 412 by its answer", '"x"', (res) => void res.setHeader("ETag", '"v1"').end("content")],
    ["a 412 in place of content in parts", '"x"', (res) => void [res.write("con"), res.end("tent")]],
    ["content that is awaited for its tag", "*", (res) => writeInParts(res)],
    ["content that is flushed half-way", "*", (res) => writeInParts(res, () => res.flushHeaders())],
  ] satisfies [string, string, (res: ServerResponse) => void][])(
    "early hints go out before %s, when an earlier answer on the connection is late",
    async (_name, ifMatch, handler) => {
      await serving(
        (req, res) => {
          if (req.url === "/late") return void setTimeout(() => res.end("late"), 20);
          conditional()(req, res, () => {
            res.writeEarlyHints({ link: "</a.css>; rel=preload" });
            handler(res);
          });
        },
        async (port) => {
          const connection = await connect(port);
          const answers = await connection.pipeline([
            ["GET", "/late", []],
            ["GET", "/", [["If-Match", ifMatch]]],
          ]);
          connection.close();
          expect([answers[1]!.interim, answers[1]!.status]).toEqual([[103], ifMatch === "*" ? 200 : 412]);
          expect(answers[1]!.body.toString()).toMatch(ifMatch === "*" ? /^content$/ : /^\{.*\}$/);
        },
      );
    },
  );

  test("early hints go out before a 412 of checkPreconditions, when an earlier answer is late", async () => {
    await serving(
      (req, res) => {
        if (req.url === "/late") return void setTimeout(() => res.end("late"), 20);
        res.writeEarlyHints({ link: "</a.css>; rel=preload" });
        // A tag beyond ASCII is sent as it is given.
        if (!checkPreconditions(req, res, { etag: '"é"' })) res.end("content");
      },
      async (port) => {
        const connection = await connect(port);
        const [, answer] = await connection.pipeline([
          ["GET", "/late", []],
          ["GET", "/", [["If-Match", '"x"']]],
        ]);
        connection.close();
        expect([answer!.interim, answer!.status, answer!.field("etag")]).toEqual([[103], 412, '"é"']);
      },
    );
  });
});

describe("A handler that breaks its awaited content off sends the part that it has written", () => {
  test.each([
    ["res.destroy()", (_, res) => void res.destroy()],
    [
      "an error of res.destroy()",
      (_, res) => void res.on("error", () => {}).destroy(new Error("on purpose")),
    ],
    ["req.destroy()", (req) => void req.destroy()],
    ["the socket, as error pages of Express do", (req) => void req.socket.destroy()],
    ["an end of the socket", (req) => void req.socket.end()],
    ["socket.destroySoon()", (req) => void req.socket.destroySoon()],
    ["nothing, because the client ends its side", (_, res) => void setTimeout(() => res.end("."), 200)],
  ] satisfies [string, (req: IncomingMessage, res: ServerResponse) => void][])(
    "with %s",
    async (way, breakOff) => {
      const listener: RequestListener = (req, res) => {
        res.setHeader("Content-Length", 100).write("half of the content");
        setTimeout(() => breakOff(req, res), 10);
      };
      const judge = conditional();
      const answers = [
        listener,
        ((req, res) => judge(req, res, () => listener(req, res))) as RequestListener,
        ((req, res) => judge(req, res, () => judge(req, res, () => listener(req, res)))) as RequestListener,
      ].map((each) =>
        serving(each, async (port) => {
          const socket = connectTcp(port, "127.0.0.1").on("error", () => {});
          socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
          let all = "";
          socket.on("data", (chunk) => (all += chunk));
          if (way.startsWith("nothing")) setTimeout(() => socket.end(), 50);
          await once(socket, "close");
          return all.replace(/Date: .*\r\n/, "");
        }),
      );
      const [bare, ...behind] = await Promise.all(answers);
      expect(bare).toMatch(/^HTTP\/1.1 200 OK\r\n[\s\S]*half of the content$/);
      expect(behind).toEqual([bare, bare]);
    },
  );
});

describe("checkPreconditions does not change a list of fields in writeHead:", () => {
  test.each([
    [
      "of pairs",
      [
        ["Set-Cookie", "a=1"],
        ["Set-Cookie", "b=2"],
      ],
      undefined,
    ],
    ["of names and values", ["Set-Cookie", "a=1", "Set-Cookie", "b=2"], undefined],
    ["after a phrase", ["Set-Cookie", "a=1", "Set-Cookie", "b=2"], "Fine"],
  ] as [string, string[], string | undefined][])("%s", async (_, list, phrase) => {
    const early: Layer = (req, res, next) => void (checkPreconditions(req, res, { etag: '"v1"' }) || next());
    const handler: Handler = (res) =>
      (phrase === undefined ? res.writeHead(200, list) : res.writeHead(200, phrase, list)).end("content");
    const [answer, bare] = [await run([early], handler), await run([], handler)];
    expect(answer.whole).toEqual(bare.whole);
    expect([answer.field("etag"), answer.field("set-cookie")]).toEqual(['"v1"', "a=1, b=2"]);
  });
});

describe("The context of AsyncLocalStorage is kept", () => {
  const requests = new AsyncLocalStorage<string>();

  test.each([
    ["200", [], "GET"],
    ["304", [["If-None-Match", "*"]], "GET"],
    ["412", [["If-Match", '"x"']], "GET"],
    ["HEAD", [], "HEAD"],
  ] as [string, Lines, string][])("in callbacks and events: %s", async (_, lines, method) => {
    const handler: Handler = (res, seen) =>
      requests.run("this request", () => {
        const note = (what: string) => () => seen.push([what, requests.getStore()]);
        res.write(TEXT, note("written"));
        res.once("drain", note("drain"));
        setTimeout(() => res.end(TEXT, note("ended")), 10);
      });
    const { seen } = await run([ours()], handler, lines, method);
    const stores = seen.filter(Array.isArray).filter(([what]) => what !== "drain");
    expect(stores).toEqual([
      ["written", "this request"],
      ["ended", "this request"],
    ]);
  });
});

describe("A client that leaves", () => {
  test("a client that leaves while a body is dropped ends its handler, and a later upgrade still works", async () => {
    let starts = 0;
    let closes = 0;
    const judge = conditional();
    const listener: RequestListener = (req, res) =>
      judge(req, res, () => {
        starts++;
        res.on("close", () => closes++);
        pipeline(
          (async function* () {
            for (;;) yield await sleep(1, TEXT);
          })(),
          res,
        ).catch(() => {});
      });
    await serving(listener, async (port, server) => {
      for (let i = 0; i < 20; i++) {
        const socket = connectTcp(port, "127.0.0.1").on("error", () => {});
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: *\r\n\r\n");
        await sleep(i * 2);
        socket.destroy();
      }
      await expect.poll(() => starts > 10 && closes === starts).toBe(true);
      server.on("upgrade", (_, socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n"));
      const socket = connectTcp(port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
      const [head] = await once(socket, "data");
      expect(String(head)).toContain("101");
      socket.destroy();
    });
  });
});

/** One request over HTTP/2 to a handler behind `conditional()`. */
async function overHttp2(
  layers: Layer[],
  handler: (res: ServerResponse) => unknown,
  fields: Record<string, string>,
  isLeaving = false,
) {
  const interim: number[] = [];
  const server = createHttp2Server((req, res) => {
    const step = (index: number): unknown =>
      index === layers.length
        ? handler(res as never)
        : layers[index]!(req as never, res as never, () => step(index + 1));
    step(0);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ":path": "/", ...fields }).on("error", () => {});
  stream.on("headers", (given) => interim.push(Number(given[":status"])));
  if (isLeaving) setTimeout(() => stream.close(8), 20);
  else {
    const [head] = await once(stream, "response");
    stream.resume();
    interim.push(head[":status"]);
  }
  if (!stream.closed) await once(stream, "close");
  await sleep(isLeaving ? 60 : 0);
  session.destroy();
  server.close();
  return interim;
}

describe("Over HTTP/2,", () => {
  test("a handler whose client left while its writes were dropped ends without an error", async () => {
    for (const layers of [[ours()], [compressor(), ours()], [ours(), compressor()]]) {
      const seen: string[] = [];
      const handler = async (res: ServerResponse) => {
        res.setHeader("Content-Type", "text/plain");
        res.write(TEXT);
        await sleep(50);
        seen.push(codeOf(() => res.end("last")));
      };
      for (const lines of [{ "if-none-match": "*" }, { "if-match": '"x"' }]) {
        await overHttp2(layers, handler, lines, true);
      }
      expect(seen).toEqual(["ok", "ok"]);
    }
  });

  test("a handler that writes on after its client left sees the same as with Node alone", async () => {
    const write = (layers: Layer[]) => {
      const seen: unknown[] = [];
      const handler = async (res: ServerResponse) => {
        res.write(TEXT);
        await sleep(50);
        for (const _ of [1, 2])
          seen.push(
            codeOf(() => res.write("more")),
            codeOf(() => res.setHeader("X-Late", "1")),
          );
      };
      return overHttp2(layers, handler, { "if-none-match": "*" }, true).then(() => seen);
    };
    expect(await write([ours()])).toEqual(await write([]));
  });

  test("no interim answer is sent after the handler has given its head", async () => {
    const handler = (res: ServerResponse) => {
      res.writeHead(200, { "Content-Type": "text/plain" });
      res.writeContinue();
      res.writeEarlyHints({ link: "</a.css>; rel=preload" });
      const { stream } = res as unknown as Http2ServerResponse;
      expect(() => stream.additionalHeaders({ ":status": 103 })).toThrow("after response initiated");
      res.end("content");
    };
    expect(await overHttp2([ours()], handler, {})).toEqual(await overHttp2([], handler, {}));
    const early = (res: ServerResponse) => {
      res.writeEarlyHints({ link: "</a.css>; rel=preload" });
      res.writeHead(200).end("content");
    };
    expect(await overHttp2([ours()], early, { "if-none-match": "*" })).toEqual([103, 304]);
  });
});
