/** A client of `redis` (node-redis). */
export interface NodeRedis {
  // biome-ignore lint/suspicious/noExplicitAny: its own types of arguments and replies are generic over protocol versions
  sendCommand(args: any, options?: any): Promise<any>;
}

/** A client of `ioredis`, not a cluster. */
export interface IoRedis {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  callBuffer(command: string, ...args: any[]): Promise<any>;
  on(event: "ready" | "close", listener: () => void): unknown;
  status: string;
}

export type Argument = string | Uint8Array;

/** Sends one command, once; bulk strings of the reply come as bytes. */
export type Send = (command: string, args: Argument[], signal: AbortSignal | undefined) => Promise<unknown>;

/** @throws {TypeError} on anything that is neither client, and on a cluster of ioredis */
export function sendOf(client: NodeRedis | IoRedis): Send {
  const given = Object(client) as Partial<NodeRedis & IoRedis> & { isCluster?: unknown };
  if (typeof given.callBuffer === "function" && given.isCluster !== true)
    return sendByIoRedis(client as IoRedis);
  if (typeof given.callBuffer !== "function" && typeof given.sendCommand === "function") {
    return sendByNodeRedis(client as NodeRedis);
  }
  throw new TypeError(
    `Cannot use ${given.isCluster ? "a cluster" : String(client)} as a Redis client. ` +
      "Give a client of redis, or a Redis of ioredis that leads to the primary",
  );
}

function sendByNodeRedis(client: NodeRedis): Send {
  const typeMapping = { ["$".charCodeAt(0)]: bufferClass() };
  return (command, args, signal) => {
    return client.sendCommand([command, ...args.map(toBuffer)], {
      typeMapping,
      ...(signal && { abortSignal: signal }),
    });
  };
}

/**
 * ioredis sends a command again when the connection was lost before its answer came. A swap that was made the first
 * time would then be told that somebody else had been faster. So a lost connection ends the wait: outcome unknown.
 */
function sendByIoRedis(client: IoRedis): Send {
  const { queued, sent } = callsOn(client);
  return async (command, args) => {
    let lose: Lose = () => {};
    const lost = new Promise<never>((_, reject) => {
      lose = reject;
    });
    (client.status === "ready" ? sent : queued).add(lose);
    try {
      return await Promise.race([client.callBuffer(command, ...args.map(toBuffer)), lost]);
    } finally {
      queued.delete(lose);
      sent.delete(lose);
    }
  };
}

type Lose = (reason: Error) => void;

/** The calls that wait for a connection, and those that one has been used for. */
interface Calls {
  queued: Set<Lose>;
  sent: Set<Lose>;
}

/** One listener for a client, however many stores stand on it. */
const callsByClient = new WeakMap<IoRedis, Calls>();

function callsOn(client: IoRedis): Calls {
  const known = callsByClient.get(client);
  if (known) return known;
  const calls: Calls = { queued: new Set(), sent: new Set() };
  client.on("ready", () => {
    for (const lose of calls.queued) calls.sent.add(lose);
    calls.queued.clear();
  });
  client.on("close", () => {
    for (const lose of calls.sent) lose(new Error("The connection to Redis was lost before the answer came"));
  });
  callsByClient.set(client, calls);
  return calls;
}

interface BufferClass {
  from(bytes: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

/** Both clients know bytes by the name of Buffer alone. */
function bufferClass(): BufferClass {
  return (globalThis as unknown as { Buffer: BufferClass }).Buffer;
}

function toBuffer(argument: Argument): Argument {
  if (typeof argument === "string") return argument;
  return bufferClass().from(argument.buffer, argument.byteOffset, argument.byteLength);
}
