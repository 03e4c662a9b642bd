import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { PassThrough, pipeline, Readable } from "node:stream";
import { conditional as fastifyConditional } from "@entity-tag/fastify";
import { conditional as koaConditional } from "@entity-tag/koa";
import { conditional } from "@entity-tag/node";
import Fastify from "fastify";
import Koa from "koa";
import { describe, expect, test } from "vitest";
import { http2 } from "../bed/http2-connection.ts";

/** A handler gives content and the length that it announces. A function makes a stream. */
interface Given {
  content: string | Buffer | (() => Readable);
  length: number;
}

interface Served {
  port: number;
  close(): unknown;
}

async function served(listener: RequestListener): Promise<Served> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const made = ({ content }: Given) => (typeof content === "function" ? content() : content);

const frameworks: Record<string, (given: Given, isOurs: boolean) => Promise<Served>> = {
  Node: (given, isOurs) =>
    served((req, res) => {
      const handle = () => {
        const content = made(given);
        res.setHeader("Content-Type", "text/plain").setHeader("Content-Length", given.length);
        if (content instanceof Readable) pipeline(content, res, () => {});
        else res.end(content);
      };
      if (isOurs) conditional()(req, res, handle);
      else handle();
    }),
  Koa: (given, isOurs) => {
    const app = new Koa();
    app.silent = true;
    if (isOurs) app.use(koaConditional());
    app.use((ctx) => {
      ctx.type = "text/plain";
      ctx.body = made(given);
      ctx.set("Content-Length", String(given.length));
    });
    return served(app.callback());
  },
  Fastify: async (given, isOurs) => {
    const app = Fastify({ forceCloseConnections: true });
    if (isOurs) await app.register(fastifyConditional);
    app.get("/", (_, reply) =>
      reply.type("text/plain").header("Content-Length", given.length).send(made(given)),
    );
    await app.listen({ port: 0, host: "127.0.0.1" });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
};

/** All that comes over the connection until the server or the client closes it, without the `Date`. */
async function read(port: number, line = "X: y", leavesAfter?: number): Promise<string> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${line}\r\n\r\n`);
  let all = "";
  socket.on("data", (chunk) => {
    all += chunk;
    if (leavesAfter !== undefined && all.length > leavesAfter) socket.destroy();
  });
  await once(socket, "close");
  return all.replace(/Date: .*\r\n/i, "");
}

const parts = (...chunks: string[]) => ({
  content: () => Readable.from(chunks, { objectMode: false }),
});
const broken: Record<string, Given> = {
  "a text that is too short": { content: "short", length: 7 },
  "a text that is too long": { content: "too long", length: 7 },
  "bytes that are too short": { content: Buffer.from("é"), length: 3 },
  "a text with more bytes than characters": { content: "éé", length: 2 },
  "a stream that is too short": { ...parts("sh", "ort"), length: 7 },
  "a stream that is too long": { ...parts("too", " ", "long"), length: 7 },
  "a stream without content": { ...parts(), length: 7 },
};
const whole: Record<string, Given> = {
  "a text": { content: "content", length: 7 },
  "a text with two bytes for a character": { content: "é", length: 2 },
  bytes: { content: Buffer.from("content"), length: 7 },
  "a stream": { ...parts("con", "tent"), length: 7 },
};

describe.each(Object.entries(frameworks))("%s:", (_framework, serve) => {
  test.each(Object.entries(broken))(
    "a body of another length than announced has no tag: %s",
    async (_, given) => {
      const [ours, bare] = [await serve(given, true), await serve(given, false)];
      expect(await read(ours.port)).toBe(await read(bare.port));
      expect(await read(ours.port, 'If-None-Match: "x"')).toBe(await read(bare.port));
      await Promise.all([ours.close(), bare.close()]);
    },
  );

  test.each(Object.entries(whole))("a body of the announced length has a tag: %s", async (_, given) => {
    const { port, close } = await serve(given, true);
    const [, etag] = /etag: (W\/".+")/i.exec(await read(port))!;
    expect(await read(port, `If-None-Match: ${etag}`)).toMatch(/^HTTP\/1.1 304 /);
    await close();
  });

  test("a source without end is not read further than announced", async () => {
    let source: Readable | undefined;
    let reads = 0;
    const content = () => {
      source = new Readable({ highWaterMark: 16, read: () => void source!.push("x".repeat(++reads && 16)) });
      return source;
    };
    const { port, close } = await serve({ content, length: 100 }, true);
    expect(await read(port, "X: y", 200)).toMatch(/^HTTP\/1.1 200 [\s\S]*\r\n\r\nx{100}/);
    await expect.poll(() => source?.destroyed).toBe(true);
    await close();
  });

  test("a source that stalls ends when the client leaves", async () => {
    const source = new PassThrough();
    source.write("con");
    const { port, close } = await serve({ content: () => source, length: 7 }, true);
    const socket = connect(port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await expect
      .poll(() => source.readableFlowing !== null || source.listenerCount("readable") > 0)
      .toBe(true);
    socket.destroy();
    await expect.poll(() => source.destroyed).toBe(true);
    await close();
  });
});

describe.each(["Koa", "Fastify"])(
  "%s: a 304 or a 412 in place of a source that cannot be ended",
  (framework) => {
    const sources: Record<string, () => Readable> = {
      "a file that is gone": () => createReadStream("/no/such/file"),
      "an error of `destroy`": () =>
        new Readable({ read() {}, destroy: (_, done) => done(new Error("cannot be ended")) }),
    };
    test.each(Object.entries(sources))("does not end the process: %s", async (_, content) => {
      const faults: unknown[] = [];
      const note = (error: unknown) => faults.push(error);
      process.on("uncaughtExceptionMonitor", note);
      const { port, close } = await frameworks[framework]!({ content, length: 2_000_000 }, true);
      expect(await read(port, "If-None-Match: *")).toMatch(/^HTTP\/1.1 304 /);
      expect(await read(port, 'If-Match: "x"')).toMatch(/^HTTP\/1.1 412 /);
      await new Promise((resolve) => setTimeout(resolve, 20));
      process.off("uncaughtExceptionMonitor", note);
      expect(faults).toEqual([]);
      await close();
    });
  },
);

describe.each(["HEAD", "GET"])(
  "Koa over HTTP/2: %s of content with an announced length is answered:",
  (method) => {
    const sources: Record<string, () => Readable> = {
      "a file": () => createReadStream(import.meta.filename, { end: 6 }),
      "a slow stream": () =>
        Readable.from(
          (async function* () {
            for (const part of ["con", "tent"]) {
              await new Promise((resolve) => setTimeout(resolve, 10));
              yield Buffer.from(part);
            }
          })(),
        ),
    };
    test.each(Object.entries(sources))("%s", async (_, content) => {
      const app = new Koa().use(koaConditional()).use((ctx) => {
        ctx.type = "text/plain";
        ctx.body = content();
        ctx.length = 7;
      });
      const server = createHttp2Server(app.callback()).listen(0, "127.0.0.1");
      await once(server, "listening");
      const connection = await http2((server.address() as AddressInfo).port);
      const { status, headers, body } = await connection.ask({ method, path: "/", headers: [] });
      expect([status, body.length]).toEqual([200, method === "GET" ? 7 : 0]);
      expect(headers).toContainEqual(["content-length", "7"]);
      connection.close();
      server.close();
    });
  },
);
