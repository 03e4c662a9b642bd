import { ANSWER_TIMEOUT_MS, within } from "../contract/time-limits.ts";
import { type Argument, noAnswer, type Send, toBuffer } from "./redis-command.ts";

/** A client of `ioredis`; a cluster is refused. */
export interface IoRedis {
  // biome-ignore lint/suspicious/noExplicitAny: its own types of arguments and replies have dozens of overloads
  callBuffer(command: string, ...args: any[]): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: each of its events gives its listeners other arguments
  on(event: "ready" | "close", listener: (...args: any[]) => void): unknown;
  status: string;
}

/**
 * When the connection is lost before the answer comes, ioredis sends the command again. The second answer may
 * differ from the first, because another writer may have written in between. So a lost connection ends the
 * wait.
 */
export function sendByIoRedis(client: IoRedis): Send {
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
