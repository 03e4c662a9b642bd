import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The fate of one request and its answer in the proxy. */
export type Fate = "pass" | "lose request" | "lose answer" | "late request" | "late answer";

export interface FaultyProxy {
  host: string;
  close(): void;
}

const standardPorts: Record<string, number> = { "postgres:": 5432, "postgresql:": 5432, "redis:": 6379 };

/**
 * A TCP proxy before one server. `fate` is asked once for each request; "late" means `delay` milliseconds late, so a
 * client with less patience has gone by then, and a late request reaches the server after its sender gave it up.
 */
export async function faultyProxy(
  target: string,
  fate: (request: Buffer) => Fate,
  delay: number,
): Promise<FaultyProxy> {
  const { protocol, hostname, port } = new URL(target);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port || standardPorts[protocol]), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay().on("error", () => socket.destroy());
      socket.on("close", () => open.delete(socket));
    }
    join(client, upstream, fate, delay);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** The requests here are small: a chunk is one, or several that were sent at once and share a fate. */
function join(client: Socket, upstream: Socket, fate: (request: Buffer) => Fate, delay: number): void {
  let current: Fate = "pass";
  const hangUp = () => {
    client.destroy();
    upstream.destroy();
  };
  client.on("data", async (request: Buffer) => {
    current = fate(request);
    if (current === "lose request") return hangUp();
    if (current === "late request") await sleep(delay);
    upstream.write(request);
  });
  upstream.on("data", async (answer) => {
    if (current === "lose answer") return hangUp();
    if (current === "late answer") await sleep(delay);
    if (!client.destroyed) client.write(answer);
  });
  upstream.on("close", () => client.destroy());
  // A request that is still held back must arrive although its sender has gone, as it would on a slow network.
  client.on("close", () => setTimeout(() => upstream.destroy(), 2 * delay).unref());
}
