import { wrongArgument } from "../contract/given.ts";
import { notConnected, WAIT_TIMEOUT_MS, within } from "../contract/time-limits.ts";
import { warnWithoutErrorListener } from "./error-listener.ts";
import { type IoRedis, sendByIoRedis } from "./ioredis.ts";
import { type NodeRedis, sendByNodeRedis } from "./node-redis.ts";
import type { Send } from "./redis-command.ts";

/** Members that both libraries have, but that the types above leave out. */
interface Connected {
  isReady?: boolean;
  isOpen?: boolean;
  isCluster?: boolean;
  status?: string;
  connect?(): Promise<unknown>;
  on?(event: string, listener: () => void): unknown;
}

/** @throws {TypeError} on any other client, and on one of several servers */
export function sendOf(client: NodeRedis | IoRedis): Send {
  const given = Object(client) as Partial<NodeRedis & IoRedis> & Connected;
  const use =
    "a client: createClient({ url }) of redis, or new Redis(url) of ioredis, that leads to the primary";
  // The cluster and the sentinel of node-redis have a `sendCommand` with other arguments.
  const several = given.isCluster || "slots" in given ? "cluster" : "getSentinelNode" in given && "sentinel";
  if (several) throw new TypeError(`redisStore() was given a ${several}: use ${use}`);
  if (typeof given.callBuffer === "function") return whenReady(given, sendByIoRedis(client as IoRedis));
  if (typeof given.sendCommand === "function") {
    warnWithoutErrorListener(client, "The Redis client");
    return whenReady(given, sendByNodeRedis(client as NodeRedis));
  }
  throw wrongArgument("redisStore()", client, use);
}

/**
 * While they are not connected, both libraries queue commands and send them later. So this sends no command
 * then.
 */
function whenReady(client: Connected, send: Send): Send {
  return (command, args, signal) =>
    isReady(client)
      ? send(command, args, signal)
      : ready(client, signal).then(() => send(command, args, signal));
}

function isReady({ isReady, status }: Connected): boolean {
  return isReady ?? (status === undefined || status === "ready");
}

async function ready(client: Connected, signal: AbortSignal | undefined): Promise<void> {
  if (client.isOpen === false || client.status === "end") throw notConnected("Redis", "The client is closed");
  // An ioredis client with `lazyConnect`.
  if (client.status === "wait") client.connect?.().catch(() => {});
  const calls = callsAwaiting(client);
  let goOn: () => void = () => {};
  const connected = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  calls.add(goOn);
  try {
    await within(
      WAIT_TIMEOUT_MS,
      () => connected,
      signal,
      () => notConnected("Redis"),
    );
  } finally {
    calls.delete(goOn);
  }
}

/** The calls that wait for a connection. Each client has one listener, however long it is not connected. */
const waitingByClient = new WeakMap<Connected, Set<() => void>>();

function callsAwaiting(client: Connected): Set<() => void> {
  const known = waitingByClient.get(client);
  if (known) return known;
  const calls = new Set<() => void>();
  client.on?.("ready", () => {
    for (const goOn of calls) goOn();
  });
  waitingByClient.set(client, calls);
  return calls;
}
