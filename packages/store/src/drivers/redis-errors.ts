import { StoreBusyError, StoreFullError } from "../contract/errors.ts";

/** Codes of a command that was refused before it wrote: the server starts, stops, replicates or is busy. */
const BUSY = [
  "LOADING",
  "BUSY",
  "TRYAGAIN",
  "MASTERDOWN",
  "CLUSTERDOWN",
  "READONLY",
  "MISCONF",
  "NOREPLICAS",
  // An administrator can do this only before the script writes.
  "ERR Script killed",
];

const OTHER_PROGRAM =
  "Another program has a key under this prefix: choose another prefix, or remove that key";
const CLUSTER = "The client leads to a node of a cluster: use a Redis that is not a cluster";
const COMMANDS =
  "+eval +evalsha +hmget +hset +hdel +del +get +set +exists +zadd +zrem +zcard +zrangebyscore +zrangebylex +time";
const RIGHTS = `Give its user the rights ${COMMANDS}, and all keys under the prefix`;

/** Codes of a command that was refused before it wrote. It will be refused until somebody does what is said here. */
const REFUSED: readonly [code: string, advice: string][] = [
  ["NOPERM", RIGHTS],
  ["ERR The user executing the script", RIGHTS],
  ["NOAUTH", "Give the client a user and a password"],
  ["WRONGTYPE", OTHER_PROGRAM],
  ["MOVED", CLUSTER],
  ["ASK", CLUSTER],
  ["CROSSSLOT", CLUSTER],
  ["ERR unknown command", "The server must have all commands of Redis"],
  ["ERR Unknown Redis command", "The server must have all commands of Redis"],
  ["ERR Invalid command", "The server must have all commands of Redis"],
];

/** Translates an error when it is certain that nothing was written; otherwise returns it unchanged. */
export function certain(error: unknown): unknown {
  if (beginsWith(error, ["OOM"])) return new StoreFullError("Redis has no memory left", { cause: error });
  if (beginsWith(error, BUSY)) return new StoreBusyError("Redis cannot do this now", { cause: error });
  const [, advice] = REFUSED.find(([code]) => beginsWith(error, [code])) ?? [];
  if (advice === undefined) return error;
  // Redis adds the arguments, among them the value, or the digest of the script.
  const [reason] = (error as Error).message.split(/,? (?:with args|script: )/);
  return new TypeError(`Cannot use Redis: ${reason}. ${advice}. Nothing was written`, { cause: error });
}

/** Older servers write "ERR Error running script" and a dash before the code. */
export function beginsWith(error: unknown, codes: readonly string[]): boolean {
  // No `instanceof Error`: Jest gives each test file an `Error` of its own.
  const { message = "" } = (error ?? {}) as { message?: string };
  return codes.some((code) => message.startsWith(`${code} `) || message.includes(` -${code} `));
}
