import { EventEmitter, once } from "node:events";
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { conditional } from "@entity-tag/node";
import { expect, test, vi } from "vitest";

vi.setConfig({ testTimeout: 60_000 });

type Handler = (req: Http2ServerRequest, res: Http2ServerResponse) => unknown;

/** One session with the handler, behind `conditional()`. */
async function speaking(
  settings: { maxConcurrentStreams?: number },
  handler: Handler,
  use: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> {
  const judge = conditional();
  const server = createServer({ settings }, (req, res) => judge(req, res, () => void handler(req, res)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).on("error", () => {});
  try {
    await once(session, "remoteSettings");
    await use(session);
  } finally {
    session.destroy();
    server.close();
  }
}

/** The status of the answer, or undefined if the stream ends without one. */
function ask(session: ClientHttp2Session): Promise<number | undefined> {
  const stream = session.request({ ":path": "/", "if-none-match": "*" });
  let status: number | undefined;
  stream.on("response", (fields) => {
    status = fields[":status"];
  });
  stream.on("error", () => {}).resume();
  return new Promise((resolve) => stream.on("close", () => resolve(status)));
}

test("Of 4,000 requests to a slow handler, no more run at once than maxConcurrentStreams", async () => {
  let running = 0;
  let most = 0;
  const slow: Handler = async (_, res) => {
    most = Math.max(most, ++running);
    res.write("one line\n");
    await sleep(5);
    res.end("and another");
    running--;
  };
  await speaking({ maxConcurrentStreams: 10 }, slow, async (session) => {
    const answers = await Promise.all(Array.from({ length: 4_000 }, () => ask(session)));
    expect(new Set(answers)).toEqual(new Set([304]));
    expect(most).toBe(10);
    expect(running).toBe(0);
  });
});

/** Server-sent events without a tag. It counts how many handlers are subscribed, and how long each was. */
function feed() {
  const events = new EventEmitter().setMaxListeners(0);
  const durations: number[] = [];
  let started = 0;
  const publish = setInterval(() => events.emit("event"), 50);
  const handler: Handler = (_, res) => {
    const since = performance.now();
    const send = () => res.write("data: x\n\n");
    started++;
    events.on("event", send);
    res.on("close", () => {
      events.off("event", send);
      durations.push(performance.now() - since);
    });
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    send();
  };
  return {
    handler,
    durations,
    started: () => started,
    subscribed: () => events.listenerCount("event"),
    stop: () => clearInterval(publish),
  };
}

// The limit is 500 ms. The rest is for a busy machine: a handler that is never ended runs for ever.
const WITHIN_MS = 5_000;

test("5,000 handlers of server-sent events are each told within the limit, and the client gets its 304s", async () => {
  const { handler, durations, subscribed, stop } = feed();
  await speaking({}, handler, async (session) => {
    const answers = await Promise.all(Array.from({ length: 5_000 }, () => ask(session)));
    expect(new Set(answers)).toEqual(new Set([304]));
    await expect.poll(() => durations.length).toBe(5_000);
    expect(Math.max(...durations)).toBeLessThan(WITHIN_MS);
    expect(subscribed()).toBe(0);
  });
  stop();
});

test("5,000 handlers of server-sent events are told when their session is gone", async () => {
  const { handler, durations, subscribed, started, stop } = feed();
  await speaking({}, handler, async (session) => {
    const asked = Array.from({ length: 5_000 }, () => ask(session));
    await expect.poll(started, { interval: 5, timeout: 20_000 }).toBe(5_000);
    session.destroy();
    await Promise.all(asked);
    await expect.poll(() => durations.length, { timeout: 10_000 }).toBe(5_000);
    expect(Math.max(...durations)).toBeLessThan(WITHIN_MS);
    expect(subscribed()).toBe(0);
  });
  stop();
});
