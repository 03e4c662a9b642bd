import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { contentTag, weaken } from "@entity-tag/core";
import { conditional } from "@entity-tag/core/fetch";
import { describe, expect, it, vi } from "vitest";
import { agree } from "./agree.ts";
import { bytes, chunks, get, ready, soon } from "./bodies.ts";

// One test sends a gigabyte, and the machine may be busy.
vi.setConfig({ testTimeout: 60_000 });

describe("conditional and bodies that are complete", () => {
  it.each<[string, () => BodyInit]>([
    ["a string", () => "hello"],
    ["an ArrayBuffer", () => bytes("hello").buffer],
    ["a view", () => bytes("xhello").subarray(1)],
    ["a URLSearchParams", () => new URLSearchParams({ a: "1" })],
    ["a stream that is complete", () => chunks("he", "l", "lo")],
  ])("conditional tags %s, and sends it whole", async (_, body) => {
    const handler = conditional(() => new Response(body()));
    const response = await handler(get());
    const sent = await response.bytes();
    expect(Buffer.from(sent)).toEqual(Buffer.from(await new Response(body()).bytes()));
    expect(response.headers.get("ETag")).toBe(weaken(await contentTag(new Uint8Array(sent))));
    expect((await handler(get({ "If-None-Match": response.headers.get("ETag")! }))).status).toBe(304);
  });

  it.each([1, 2, 5, 8])(
    "conditional treats a Blob of %i parts alike, every time, idle or busy",
    async (parts) => {
      const text = "hello ".repeat(parts);
      const etag = weaken(await contentTag(text));
      const ask = async (length?: number) => {
        const blob = new Blob(Array.from({ length: parts }, () => "hello "));
        const headers = length === undefined ? {} : { "Content-Length": String(length) };
        const response = await conditional(() => new Response(blob, { headers }))(get());
        expect(await response.text()).toBe(text);
        return response.headers.get("ETag");
      };
      for (const length of [undefined, text.length]) {
        const idle = await ask(length);
        const busy = await Promise.all(Array.from({ length: 20 }, () => ask(length)));
        expect(new Set([idle, ...busy])).toEqual(new Set([length === undefined ? null : etag]));
      }
    },
  );

  it("on Deno, a body that needs a read after its first chunk has no tag, because that read may be one of a file", async () => {
    vi.stubGlobal("Deno", {});
    const readLater = () => {
      let isRead = false;
      const source: UnderlyingDefaultSource<Uint8Array> = {
        async pull(controller) {
          if (!isRead) controller.enqueue(bytes("hello"));
          else Promise.resolve().then(() => controller.close());
          isRead = true;
        },
      };
      return new ReadableStream(source, { highWaterMark: 0 });
    };
    const tagOf = async (body: BodyInit) => {
      const response = await conditional(() => new Response(body))(get());
      expect(await response.text()).toBe("hello");
      return response.headers.get("ETag");
    };
    expect(await tagOf(readLater())).toBeNull();
    expect(await tagOf(chunks("he", "llo"))).toBe(weaken(await contentTag("hello")));
    vi.unstubAllGlobals();
    expect(await tagOf(readLater())).toBe(weaken(await contentTag("hello")));
  });

  it("conditional gives the same bytes the same tag, however they are cut", async () => {
    const tags = new Set<string | null>();
    for (const body of [chunks("hello"), chunks("h", "ello"), chunks("", "hello", ""), "hello"]) {
      tags.add((await conditional(() => new Response(body))(get())).headers.get("ETag"));
    }
    expect(tags.size).toBe(1);
  });

  it("conditional sends a body longer than maxBytes whole and without a tag", async () => {
    const long = "x".repeat(5000);
    for (const body of [() => long, () => chunks(...Array.from({ length: 50 }, () => "x".repeat(100)))]) {
      const over = await conditional(() => new Response(body()), { maxBytes: 4999 })(get());
      expect(over.headers.has("ETag")).toBe(false);
      expect(await over.text()).toBe(long);
      const within = await conditional(() => new Response(body()), { maxBytes: 5000 })(get());
      expect(within.headers.has("ETag")).toBe(true);
      expect(await within.text()).toBe(long);
    }
  });
});

describe("conditional and a body in one piece that is longer than maxBytes", () => {
  it("conditional does not wait for the end of such a body", async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(bytes("x".repeat(5000))) });
    const sent = await soon(conditional(() => new Response(body), { maxBytes: 4999 })(get()), "the answer");
    expect(sent.headers.has("ETag")).toBe(false);
    await sent.body!.cancel();
  });

  it("conditional does not wait for more of a body that is longer than its Content-Length", async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(bytes("x".repeat(5000))) });
    const answer = new Response(body, { headers: { "Content-Length": "10" } });
    const sent = await soon(conditional(() => answer, { maxBytes: 4999 })(get()), "the answer");
    expect(sent.headers.has("ETag")).toBe(false);
    await sent.body!.cancel();
  });
});

describe("conditional and bodies that are still being produced", () => {
  /** A body of server-sent events: `send` sends an event, `cancelled` resolves when the reader leaves. */
  function events() {
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const cancelled = vi.fn();
    const body = new ReadableStream<Uint8Array>({
      start(given) {
        controller = given;
      },
      cancel: cancelled,
    });
    return {
      body,
      cancelled,
      send: (text: string) => controller.enqueue(bytes(text)),
      controller: () => controller,
    };
  }
  const stream = { headers: { "Content-Type": "text/event-stream" } };

  it("conditional sends the first event at once, and each later event when it happens", async () => {
    const { body, send, cancelled } = events();
    send("data: 1\n\n");
    const response = await soon(conditional(() => new Response(body, stream))(get()), "the answer");
    expect(response.headers.has("ETag")).toBe(false);
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await soon(reader.read(), "the first event")).value).toBe("data: 1\n\n");
    send("data: 2\n\n");
    expect((await soon(reader.read(), "the second event")).value).toBe("data: 2\n\n");
    await reader.cancel("bye");
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("conditional does not wait for the first event", async () => {
    const { body, send, controller } = events();
    const response = await soon(
      conditional(() => new Response(body, stream))(get({ "If-None-Match": '"v1"' })),
      "the answer",
    );
    expect(response.status).toBe(200);
    send("data: late\n\n");
    controller().close();
    expect(await soon(response.text(), "the text")).toBe("data: late\n\n");
    expect(response.headers.has("ETag")).toBe(false);
  });

  it("conditional answers before the second chunk of a slow body is made", async () => {
    let made = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (made > 0) await pause(20);
        if (made === 3) return controller.close();
        controller.enqueue(bytes("abc"[made++]!));
      },
    });
    const response = await conditional(() => new Response(body))(get());
    expect(made).toBeLessThan(3);
    expect(await response.text()).toBe("abc");
    expect(response.headers.has("ETag")).toBe(false);
  });

  it("conditional answers If-None-Match: * on a stream with a 304, and cancels the stream", async () => {
    const { body, cancelled, send } = events();
    send("data: 1\n\n");
    const response = await soon(
      conditional(() => new Response(body, stream))(get({ "If-None-Match": "*" })),
      "the answer",
    );
    expect(response.status).toBe(304);
    expect(response.body).toBeNull();
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("conditional cancels the body that a 304 or a 412 replaces", async () => {
    for (const [conditions, status] of [
      [{ "If-None-Match": '"v1"' }, 304],
      [{ "If-Match": '"v0"' }, 412],
    ] as [Record<string, string>, number][]) {
      const { body, cancelled } = events();
      const handler = conditional(() => new Response(body, { headers: { ETag: '"v1"' } }));
      expect((await soon(handler(get(conditions)), "the answer")).status).toBe(status);
      await pause(0);
      expect(cancelled).toHaveBeenCalledOnce();
    }
  });

  it("conditional ignores a body that fails to be cancelled", async () => {
    const body = new ReadableStream({
      cancel() {
        throw new Error("will not stop");
      },
    });
    const handler = conditional(() => new Response(body, { headers: { ETag: '"v1"' } }));
    expect((await soon(handler(get({ "If-None-Match": '"v1"' })), "the answer")).status).toBe(304);
    await pause(1);
  });

  it("conditional passes an error inside the body to its reader", async () => {
    const failure = new Error("the disk is gone");
    let step = 0;
    const late = new ReadableStream({
      async pull(controller) {
        await pause(1);
        if (step++ === 0) controller.enqueue(bytes("a"));
        else controller.error(failure);
      },
    });
    const response = await conditional(() => new Response(late))(get());
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toBe(failure);
  });

  it("conditional passes an error at the beginning of the body on as well", async () => {
    const failure = new Error("the disk is gone");
    const early = () =>
      new ReadableStream({
        start(controller) {
          controller.enqueue(bytes("a"));
        },
        pull(controller) {
          controller.error(failure);
        },
      });
    const work = (async () => (await conditional(() => new Response(early()))(get())).text())();
    await expect(soon(work, "the error")).rejects.toBe(failure);
  });

  it("conditional passes an error before the first chunk on in the same turn, so a server can still answer 500", async () => {
    const failure = new Error("the disk is gone");
    const broken = new ReadableStream({
      start(controller) {
        controller.error(failure);
      },
    });
    const answer = (await conditional(() => new Response(broken))(get()))!;
    let isLaterTurn = false;
    setTimeout(() => {
      isLaterTurn = true;
    });
    await expect(answer.body!.getReader().read()).rejects.toBe(failure);
    expect(isLaterTurn).toBe(false);
  });

  it("conditional sends what was read of a body with a length before an error", async () => {
    let step = 0;
    const broken = new ReadableStream({
      async pull(controller) {
        await pause(1);
        if (step++ === 0) controller.enqueue(bytes("a"));
        else controller.error(new Error("the disk is gone"));
      },
    });
    const answer = new Response(broken, { headers: { "Content-Length": "2" } });
    const response = await conditional(() => answer)(get());
    expect(response.headers.has("ETag")).toBe(false);
    const reader = response.body!.getReader();
    expect(await reader.read()).toMatchObject({ done: false, value: bytes("a") });
    await expect(reader.read()).rejects.toThrow("the disk is gone");
  });

  it.each(["", "abc"])(
    "conditional sends %j without a tag if the answer has a Content-Length of 5",
    async (text) => {
      const answer = new Response(chunks(...(text ? [text] : [])), { headers: { "Content-Length": "5" } });
      const response = await conditional(() => answer)(get());
      expect([response.headers.has("ETag"), await response.text()]).toEqual([false, text]);
    },
  );

  it("conditional does not collect a stream that is always ready and never ends", async () => {
    let pulled = 0;
    const cancelled = vi.fn();
    const endless = ready(() => {
      pulled++;
      return new Uint8Array(1024).fill(pulled);
    }, cancelled);
    const response = await soon(
      conditional(() => new Response(endless), { maxBytes: 10_000 })(get()),
      "the answer",
    );
    expect(response.headers.has("ETag")).toBe(false);
    await pause(10);
    expect(pulled, "nobody reads, so nothing is made").toBeLessThan(20);
    const reader = response.body!.getReader();
    let received = 0;
    while (received < 100 * 1024) {
      const { value } = await reader.read();
      for (const byte of value!) agree(byte, (Math.floor(received++ / 1024) + 1) % 256, received);
    }
    expect(pulled).toBeLessThan(200);
    await reader.cancel();
    expect(cancelled).toHaveBeenCalledOnce();
  });

  it("conditional does not read a body whose length is too long", async () => {
    const next = vi.fn(() => new Uint8Array(10));
    const long = new Response(ready(next), { headers: { "Content-Length": "5001" } });
    const pulled = next.mock.calls.length;
    const response = await conditional(() => long, { maxBytes: 5000 })(get());
    expect(response.headers.has("ETag")).toBe(false);
    expect(response.headers.get("Content-Length")).toBe("5001");
    await pause(1);
    expect(next.mock.calls.length - pulled).toBeLessThanOrEqual(1);
    await response.body!.cancel();
  });

  it("conditional has a default limit", async () => {
    let pulled = 0;
    const endless = ready(() => {
      pulled += 65_536;
      return new Uint8Array(65_536);
    });
    const response = await soon(conditional(() => new Response(endless))(get()), "the answer");
    expect(pulled).toBeLessThan(64 * 1024 * 1024);
    await response.body!.cancel();
  });

  it.each([0, 1])("conditional stops reading chunks of %d bytes, however many are ready", async (size) => {
    let pulled = 0;
    const many = ready(() => (++pulled > 150_000 ? undefined : new Uint8Array(size)));
    const response = await conditional(() => new Response(many))(get());
    expect(pulled).toBeLessThan(100_000);
    expect(response.headers.has("ETag")).toBe(false);
    await response.body!.cancel();
  });

  it("conditional lets a stream of 1 GB through without keeping it", async () => {
    setFlagsFromString("--expose-gc");
    const gc: () => void = runInNewContext("gc");
    const size = 1024 * 1024;
    const used = () => {
      gc();
      gc(); // The second collection frees objects that were released during the first.
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    let sent = 0;
    const big = ready(() => (sent++ < 1024 ? new Uint8Array(size) : undefined));
    const before = used();
    let peak = 0;
    let received = 0;
    const response = await conditional(() => new Response(big))(get());
    for (const reader = response.body!.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      received += value.length;
      if (received % (128 * size) === 0) peak = Math.max(peak, used() - before);
    }
    expect(received).toBe(1024 * size);
    expect(peak, "memory that a gigabyte took").toBeLessThan(192 * size);
    expect(response.headers.has("ETag")).toBe(false);
  });
});
