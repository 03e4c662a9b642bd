// A handler may use the stream of HTTP/2 beside the response: Node's documentation offers both.
import { once } from "node:events";
import { connect, createServer, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";

type Handler = (res: Http2ServerResponse, req: Http2ServerRequest) => unknown;
type Layer = ReturnType<typeof conditional>;
const nothing: Layer = (_req, _res, next) => next();

/** The answer, and what was pushed, until the client sees both end. */
async function exchange(layer: Layer, handler: Handler, fields: Record<string, string>) {
  const errors: string[] = [];
  const server = createServer((req, res) => {
    layer(req, res, () => {
      try {
        handler(res, req);
      } catch (error) {
        errors.push((error as { code: string }).code);
        res.stream.close();
      }
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const pushed: string[] = [];
  session.on("stream", (stream) => stream.setEncoding("utf8").on("data", (text) => pushed.push(text)));
  const stream = session.request({ ":path": "/", ...fields });
  let [status, etag, body] = [0, "", ""];
  stream.on("response", (head) => {
    status = Number(head[":status"]);
    etag = head.etag ?? "";
  });
  stream.setEncoding("utf8").on("data", (text) => {
    body += text;
  });
  stream.on("error", (error) => errors.push((error as { code: string }).code));
  await new Promise((resolve) => stream.on("close", resolve));
  await new Promise((resolve) => session.close(() => resolve(undefined)));
  server.close();
  return { status, etag, body, pushed: pushed.join(""), errors };
}

const tagged = (res: Http2ServerResponse) => res.setHeader("ETag", '"v1"');
const conditions = {
  none: {},
  "If-None-Match": { "if-none-match": '"v1"' },
  "If-Match": { "if-match": '"x"' },
};

const unjudged: Record<string, Handler> = {
  "respond, and end of the response": (res) => {
    tagged(res);
    res.stream.respond({ ":status": 200, etag: '"v1"' });
    res.end("content");
  },
  "respond, and writes to both": (res) => {
    res.stream.respond({ ":status": 200, etag: '"v1"' });
    res.write("one");
    res.stream.write("two");
    res.end("three");
  },
  "a change after respond": (res) => {
    res.stream.respond({ ":status": 200 });
    tagged(res);
    res.end("content");
  },
  "writeHead, and end of the stream": (res) => {
    tagged(res);
    res.writeHead(200);
    res.stream.end("content");
  },
  "writeHead, and writes to both": (res) => {
    tagged(res);
    res.writeHead(200);
    res.stream.write("one");
    res.end("two");
  },
  "writeHead, and respond": (res) => {
    tagged(res);
    res.writeHead(200);
    res.stream.respond({ ":status": 200 });
  },
  "writeHead, and a file on the stream": (res) => {
    tagged(res);
    res.writeHead(200);
    res.stream.respondWithFile(import.meta.filename, { ":status": 200 });
  },
  "a field of a connection": (res) => void res.writeHead(200, { "Transfer-Encoding": "chunked" }),
  "a part of content of known length, and the rest on the stream": (res) => {
    res.setHeader("Content-Length", 6);
    res.write("one");
    res.stream.write("two");
    res.end();
  },
  "a part of content of known length, and the end of the stream": (res) => {
    res.setHeader("Content-Length", 6);
    res.write("one");
    setImmediate(() => res.stream.end("two"));
  },
};

describe.each(Object.entries(unjudged))("A handler that uses the stream: %s", (_, handler) => {
  test.each(Object.entries(conditions))(
    "is answered as without conditional() (%s)",
    async (_name, fields) => {
      const without = await exchange(nothing, handler, fields);
      expect(await exchange(conditional(), handler, fields)).toEqual(without);
    },
  );
});

test.each([
  ["If-None-Match", 304],
  ["If-Match", 412],
] as const)(
  "An answer that %s has decided is still sent when the handler goes on with the stream",
  async (name, status) => {
    const handler: Handler = (res) => {
      tagged(res);
      res.write("first");
      res.stream.write("content");
      setImmediate(() => res.stream.end("more"));
    };
    const answer = await exchange(conditional(), handler, conditions[name]);
    expect([answer.status, answer.etag, answer.errors]).toEqual([status, '"v1"', []]);
    expect(answer.body).not.toMatch(/first|content|more/);
  },
);

const closers: Record<string, Handler> = {
  "stream.close()": (res) => res.stream.close(),
  "stream.close(NGHTTP2_CANCEL)": (res) => res.stream.close(8),
  "stream.destroy()": (res) => res.stream.destroy(),
  "stream.destroy(error)": (res) => res.stream.on("error", () => {}).destroy(new Error("broken on purpose")),
  "destroy()": (res) => res.destroy(),
};

describe.each(Object.entries(closers))("A handler that ends its answer by %s", (_, close) => {
  test.each([
    ["If-None-Match", 304],
    ["If-Match", 412],
  ] as const)("does not prevent the answer that %s has decided", async (name, status) => {
    for (const wait of [setImmediate, (act: () => void) => setTimeout(act, 5), (act: () => void) => act()]) {
      const answer = await exchange(
        conditional(),
        (res) => {
          tagged(res);
          res.write("content");
          wait(() => close(res, res.req));
        },
        conditions[name],
      );
      expect([answer.status, answer.etag]).toEqual([status, '"v1"']);
      expect(answer.body).toContain(status === 412 ? "Precondition Failed" : "");
    }
  });

  test("has its head sent, if it gave one before", async () => {
    const handler: Handler = (res) => {
      tagged(res);
      res.writeHead(200);
      close(res, res.req);
    };
    expect(await exchange(conditional(), handler, {})).toEqual(await exchange(nothing, handler, {}));
  });
});

const pushes: Record<string, Handler> = {
  "before the answer": (res) => {
    tagged(res);
    res.createPushResponse({ ":path": "/style" }, (_error, push) => push.end("pushed"));
    res.end("content");
  },
  "between writes": (res) => {
    tagged(res);
    res.write("a");
    res.createPushResponse({ ":path": "/style" }, (_error, push) => {
      push.end("pushed");
      res.end("b");
    });
  },
};

test.each(Object.entries(pushes))("A push %s is sent beside a 304 and a 412", async (_, handler) => {
  const { "If-None-Match": unchanged, "If-Match": lost } = conditions;
  const [first, second] = [
    await exchange(conditional(), handler, unchanged),
    await exchange(conditional(), handler, lost),
  ];
  expect([first.status, first.body, first.pushed]).toEqual([304, "", "pushed"]);
  expect([second.status, second.pushed]).toEqual([412, "pushed"]);
});

test("A push after a 304 has an error for its callback, and does not end the process", async () => {
  const codes: unknown[] = [];
  const answer = await exchange(
    conditional(),
    (res) => {
      tagged(res);
      res.end("content");
      res.createPushResponse({ ":path": "/style" }, (error, push) => {
        codes.push((error as { code?: string } | null)?.code);
        push?.end("pushed");
      });
    },
    conditions["If-None-Match"],
  );
  expect([answer.status, answer.pushed, codes]).toEqual([304, "", ["ERR_HTTP2_INVALID_STREAM"]]);
});
