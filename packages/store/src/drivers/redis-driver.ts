import { toText } from "../contract/codec.ts";
import { hexDigest } from "../contract/digest.ts";
import { ledgerFull, StoreBusyError } from "../contract/errors.ts";
import { pageBounds } from "../contract/key.ts";
import type { Limits } from "../contract/ledger.ts";
import type { Driver, DriverSwap, Row } from "./driver.ts";
import type { Argument, Send } from "./redis-command.ts";
import { beginsWith, certain } from "./redis-errors.ts";
import { LIST, READ, SWAP } from "./redis-scripts.ts";

/** The fields of a hash that are not the value. */
const INFO = ["version", "modified", "writeid"];

/** A reply to READ: version, modified and write id; value and octets if they were sent. */
type State = (Uint8Array | null)[];

/** A reply to SWAP. */
type Reply = [outcome: Uint8Array, what?: Uint8Array | State];

export function redisDriver(send: Send, prefix: string, isText: boolean, limits: Limits): Driver {
  const index = `{${prefix}}:keys`;
  const hashes = `{${prefix}}:value:`;
  const ledger = `{${prefix}}:ledger`;
  const entryKey = (id: string) => `${ledger}:${id}`;

  function rowOf([version, modified, writeid, value, octets]: State): Row {
    return {
      version: version ? toText(version) : "",
      modified: modified ? Number(toText(modified)) : 0,
      writeid: writeid ? toText(writeid) : null,
      value: value ? (isText ? toText(value) : value) : null,
      octets: octets ?? null,
    };
  }

  return {
    maxAge: limits.maxAge,

    async read({ key, known, id, signal }) {
      if (id === undefined && (known === "*" || known.length === 0)) {
        const fields = known === "*" ? INFO : [...INFO, "value", "octets"];
        const asked = send("HMGET", [hashes + key, ...fields], signal).catch(unlessNoHash);
        const state = (await readReply(asked, signal)) as State | undefined;
        if (state) return { row: state[0] ? rowOf(state) : null, entry: null };
      }
      const keys = [hashes + key, index, ...(id === undefined ? [] : [entryKey(id)])];
      const wanted = [key, ...(known === "*" ? ["all"] : ["some", ...known])];
      const asked = ask<[State | null, Uint8Array | null]>(send, READ, keys, wanted, signal);
      const [state, entry] = await readReply(asked, signal);
      return { row: state && rowOf(state), entry: entry && JSON.parse(toText(entry)) };
    },

    async swap(swap) {
      const { claim, entry, signal } = swap;
      const keys = [hashes + swap.key, index];
      const args = argumentsOf(swap);
      if (claim) {
        keys.push(entryKey(claim.id), ledger);
        args.push(JSON.stringify(entry), String(limits.maxAge * 1000), String(limits.maxEntries));
      }
      if (swap.next) args.push(...fieldsOf(swap.next));
      const [outcome, what] = await ask<Reply>(send, SWAP, keys, args, signal).catch((error: unknown) => {
        throw certain(error);
      });
      switch (toText(outcome)) {
        case "won":
          return { won: { modified: Number(toText(what as Uint8Array)) } };
        case "lost":
          return { lost: what ? rowOf(what as State) : null };
        case "full":
          throw ledgerFull(limits.maxEntries);
        default:
          return { lost: undefined };
      }
    },

    async list({ prefix, after, limit, values, signal }) {
      const { from, isAfter, end } = pageBounds(prefix, after);
      const bounds = [`${isAfter ? "(" : "["}${from}`, end === null ? "+" : `(${end}`, String(limit)];
      const fields = values ? [...INFO, "value"] : INFO;
      const asked = ask<State[]>(send, LIST, [index, hashes], [...bounds, ...fields], signal);
      const replies = await readReply(asked, signal);
      return replies.map((reply) => ({ ...rowOf(reply.slice(0, -1)), key: toText(reply.at(-1)!) }));
    },
  };
}

function argumentsOf({ key, expected, next, version, skipValue }: DriverSwap): Argument[] {
  const found = expected === null ? "-" : `+${expected}`;
  return [key, found, skipValue ? "skip" : "value", next ? version : "-", next?.octets ? "keep" : "drop"];
}

function fieldsOf({ value, octets, writeId }: NonNullable<DriverSwap["next"]>): Argument[] {
  const fields: Argument[] = ["value", value];
  if (octets) fields.push("octets", octets);
  if (writeId !== null) fields.push("writeid", writeId);
  return fields;
}

/** `undefined` in place of the error of a key that is not a hash: only a script can tell whether it is a member. */
function unlessNoHash(error: unknown): undefined {
  if (!beginsWith(error, ["WRONGTYPE"])) throw error;
}

const digests = new Map<string, string>();

/** Runs a script by its digest, if Redis knows it already. */
async function ask<R>(
  send: Send,
  script: string,
  keys: string[],
  args: Argument[],
  signal: AbortSignal | undefined,
): Promise<R> {
  const rest = [String(keys.length), ...keys, ...args];
  const digest = digests.get(script) ?? (await hexDigest("SHA-1", script));
  digests.set(script, digest);
  try {
    return (await send("EVALSHA", [digest, ...rest], signal)) as R;
  } catch (error) {
    // Redis knows the digest once it was sent the whole script.
    if (!beginsWith(error, ["NOSCRIPT"])) throw error;
  }
  return send("EVAL", [script, ...rest], signal) as Promise<R>;
}

/** A reply of Redis that is an error begins with a code: `WRONGTYPE Operation against …`. */
const REPLY = /^[A-Z]{3,} /;

/** The reply to a read. After a lost connection the outcome is not in doubt, because a read changes nothing. */
async function readReply<R>(reply: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  try {
    return await reply;
  } catch (error) {
    const known = certain(error);
    const { message, name } = (known ?? {}) as Partial<Error>;
    const isKnown = known !== error || name?.startsWith("Store") || REPLY.test(message ?? "");
    if (signal?.aborted || isKnown) throw known;
    throw new StoreBusyError("Redis cannot be read now", { cause: error });
  }
}
