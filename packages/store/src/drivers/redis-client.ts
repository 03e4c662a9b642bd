import { wrongArgument } from "../contract/given.ts";
import { ANSWER_TIMEOUT_MS, notConnected, WAIT_TIMEOUT_MS, within } from "../contract/time-limits.ts";
import { warnWithoutErrorListener } from "./error-listener.ts";

/** A client of `redis` (node-redis). */
export interface NodeRedis {
  // biome-ignore lint/suspicious/noExplicitAny: its own types of arguments and replies are generic over protocol versions
  sendCommand(args: any, options?: any): Promise<any>;
}

/** A client of `ioredis`; a cluster is refused. */
export interface IoRedis {
  // biome-ignore lint/suspicious/noExplicitAny: its own types of arguments and replies have dozens of overloads
  callBuffer(command: string, ...args: any[]): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: each of its events gives its listeners other arguments
  on(event: "ready" | "close", listener: (...args: any[]) => void): unknown;
  status: string;
}

export type Argument = string | Uint8Array;

/**
 * Sends one command; bulk strings of the reply are bytes. It sends nothing unless the client is connected. A
 * command that was given up before it was sent is never sent later: the error is then a `StoreBusyError`. Any
 * other error that does not come from Redis means that the outcome of the command is unknown.
 */
export type Send = (command: string, args: Argument[], signal: AbortSignal | undefined) => Promise<unknown>;

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

function sendByNodeRedis(client: NodeRedis): Send {
  const typeMapping = { ["$".charCodeAt(0)]: bufferClass() };
  return async (command, args, signal) => {
    const unsent = new Unsent();
    const early = { milliseconds: timeLimitOf(client), call: () => unsent.abort() };
    // The library's own time limit would make a timer and a signal for each command. Ours includes it.
    const options = { typeMapping, abortSignal: unsent, timeout: undefined };
    const work = () => client.sendCommand([command, ...args.map((arg) => toBuffer(arg))], options);
    try {
      return await within(ANSWER_TIMEOUT_MS, work, signal, noAnswer, early);
    } catch (error) {
      unsent.abort();
      if (isAbortion(error) && !signal?.aborted) throw notConnected("Redis", error);
      throw error;
    }
  };
}

/** The error of a command that was removed before it was sent. The library gives it a class, but no name. */
function isAbortion(error: unknown): boolean {
  const { name, message } = Object(error) as Error;
  return name === "AbortError" || message === "The command was aborted";
}

/**
 * Our time limit for a command that is not sent yet, or the client's own `commandOptions.timeout` if that is shorter.
 * The library keeps that option in a private member only.
 */
function timeLimitOf(client: NodeRedis): number {
  const { _commandOptions } = client as { _commandOptions?: { timeout?: number } };
  return Math.min(WAIT_TIMEOUT_MS, _commandOptions?.timeout || WAIT_TIMEOUT_MS);
}

/**
 * The part of an `AbortSignal` that node-redis uses to remove a command that was not sent yet. A real one costs 4 µs
 * for each command.
 */
class Unsent {
  aborted = false;
  #listener: (() => void) | undefined;

  addEventListener(_: "abort", listener: () => void): void {
    this.#listener = listener;
  }

  removeEventListener(): void {
    this.#listener = undefined;
  }

  abort(): void {
    this.aborted = true;
    this.#listener?.();
  }
}

/**
 * When the connection is lost before the answer comes, ioredis sends the command again. The second answer may
 * differ from the first, because another writer may have written in between. So a lost connection ends the
 * wait.
 */
function sendByIoRedis(client: IoRedis): Send {
  const sent = callsOn(client);
  return async (command, args, signal) => {
    let lose: Lose = () => {};
    const work = () =>
      new Promise<unknown>((resolve, reject) => {
        lose = reject;
        sent.add(lose);
        methodOf(client, command)(...args.map((arg) => toBuffer(arg))).then(resolve, reject);
      });
    try {
      return await within(ANSWER_TIMEOUT_MS, work, signal, noAnswer);
    } finally {
      sent.delete(lose);
    }
  };
}

type Call = (...args: Argument[]) => Promise<unknown>;

/** With `enableAutoPipelining`, `callBuffer` would send the first argument as the command (ioredis 6.0.0). */
function methodOf(client: IoRedis, command: string): Call {
  const named = (client as unknown as Record<string, Call | undefined>)[`${command.toLowerCase()}Buffer`];
  return named ? named.bind(client) : client.callBuffer.bind(client, command);
}

function noAnswer(): Error {
  return new Error(`Redis has not answered within ${ANSWER_TIMEOUT_MS} ms`);
}

type Lose = (reason: Error) => void;

/** The calls that wait for an answer. Each client has one listener, however many stores use it. */
const callsByClient = new WeakMap<IoRedis, Set<Lose>>();

function callsOn(client: IoRedis): Set<Lose> {
  const known = callsByClient.get(client);
  if (known) return known;
  const calls = new Set<Lose>();
  client.on("close", () => {
    for (const lose of calls) lose(new Error("The connection to Redis was lost before the answer came"));
  });
  callsByClient.set(client, calls);
  return calls;
}

interface BufferClass {
  from(bytes: ArrayBufferLike, offset: number, length: number): Uint8Array;
}

/** Both clients accept bytes only as a Buffer. */
function bufferClass(): BufferClass {
  return (globalThis as unknown as { Buffer: BufferClass }).Buffer;
}

function toBuffer(argument: Argument): Argument {
  if (typeof argument === "string") return argument;
  return bufferClass().from(argument.buffer, argument.byteOffset, argument.byteLength);
}
