import { ANSWER_TIMEOUT_MS, notConnected, WAIT_TIMEOUT_MS, within } from "../contract/time-limits.ts";
import { bufferClass, noAnswer, type Send, toBuffer } from "./redis-command.ts";

/** A client of `redis` (node-redis). */
export interface NodeRedis {
  // biome-ignore lint/suspicious/noExplicitAny: its own types of arguments and replies are generic over protocol versions
  sendCommand(args: any, options?: any): Promise<any>;
}

export function sendByNodeRedis(client: NodeRedis): Send {
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
