import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { root, runtimes, type Server, start } from "../adapters/bed/server.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const types = { PUT: "application/json", POST: "application/json", PATCH: "application/merge-patch+json" };
type Method = keyof typeof types;

describe.each(["node", "deno", "bun"] as const)("On %s, a request whose body stops half-way", (runtime) => {
  let server: Server;
  beforeAll(async () => {
    server = await start([...runtimes[runtime], `${root}/test/store/stalled/${runtime}.ts`]);
  });
  afterAll(() => server?.stop());

  const ask = (method: string, path: string, key?: string, body?: string) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, {
      method,
      headers: { "Content-Type": types[method as Method] ?? "", ...(key && { "Idempotency-Key": key }) },
      ...(body && { body }),
    });
  const open = async () => Number(await (await ask("GET", "/open")).text());

  /** Sends `{"a":` of a body that is three bytes longer. */
  async function half(method: Method, path: string, key: string, fields: readonly string[] = []) {
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    await once(socket, "connect");
    const head = [
      `${method} ${path} HTTP/1.1`,
      "Host: 127.0.0.1",
      `Content-Type: ${types[method]}`,
      "Content-Length: 8",
      `Idempotency-Key: ${key}`,
      ...fields,
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${fields.length > 0 ? "" : '{"a":'}`);
    return { socket, text: textOf(socket) };
  }

  test.each([
    ["PUT", "/pages/put"],
    ["PATCH", "/pages/patch"],
    ["POST", "/pages"],
  ] as const)("does not block other requests, and another copy may use its key: %s", async (method, path) => {
    const isCreated = method === "POST";
    if (!isCreated) await ask("PUT", path, undefined, '{"a":0}');
    const stalled = await Promise.all(Array.from({ length: 5 }, () => half(method, path, method)));
    await vi.waitFor(async () => expect(await open()).toBe(5), { timeout: 10_000 });
    if (!isCreated) expect((await ask("PUT", path, undefined, '{"a":1}')).status).toBe(204);
    expect((await ask("GET", path)).status).toBe(200);
    const whole = await ask(method, path, method, '{"a":23}');
    expect(whole.status).toBe({ PUT: 204, PATCH: 200, POST: 201 }[method]);
    // A stalled request that goes on later gets the answer of the faster one.
    stalled[0]!.socket.write("23}");
    await vi.waitFor(() => expect(stalled[0]!.text()).toContain(whole.headers.get("ETag")!), {
      timeout: 10_000,
    });
    for (const { socket } of stalled) socket.destroy();
    await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 10_000 });
    expect((await ask(method, path, `${method}-next`, '{"a":45}')).ok).toBe(true);
  });

  test("gets a 100 if its client waits for one, and its body is then stored", async () => {
    const { socket, text } = await half("PUT", "/pages/expect", "expect", ["Expect: 100-continue"]);
    await vi.waitFor(() => expect(text()).toContain("100 Continue"), { timeout: 10_000 });
    expect((await ask("GET", "/pages/expect")).status).toBe(404);
    socket.write('{"a":12}');
    await vi.waitFor(() => expect(text()).toContain("201 Created"), { timeout: 10_000 });
    socket.destroy();
  });
});

/** Everything that came so far. */
function textOf(socket: Socket): () => string {
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
  });
  return () => text;
}
