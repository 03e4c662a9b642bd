import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import type { Moment } from "./mortal-store.ts";
import type { StoreKind } from "./stores.ts";

/** Server processes over one database, each with its own connections. */
export interface Fleet {
  /** The address of each process that runs now: read it again for each request. */
  origins: readonly string[];
  /** Ends one process in the middle of its next write; resolves when a new process serves in its place. */
  kill(index: number, moment: Moment): Promise<void>;
  /** Rejects when a process ends that the test did not kill. */
  close(): Promise<void>;
}

/** Variables for the processes, beside those of this one. */
export type Environment = Record<string, string>;

interface Server {
  child: ChildProcess;
  origin: string;
}

/** Starts all processes at once, so that they set up their table at the same time, too. */
export async function startFleet(
  kind: StoreKind,
  ownName: string,
  size: number,
  env: Environment = {},
): Promise<Fleet> {
  const servers = await Promise.all(Array.from({ length: size }, () => startServer(kind, ownName, env)));
  const origins = servers.map(({ origin }) => origin);
  return {
    origins,
    async kill(index, moment) {
      const { child } = servers[index]!;
      child.send(moment);
      await once(child, "exit");
      servers[index] = await startServer(kind, ownName, env);
      origins[index] = servers[index].origin;
    },
    async close() {
      const alive = await Promise.all(servers.map(({ child }) => stop(child)));
      if (alive.includes(false))
        throw new Error(`a server on ${kind} ended by itself; its last words are on stderr`);
    },
  };
}

async function startServer(kind: StoreKind, ownName: string, env: Environment): Promise<Server> {
  const options = { execArgv: [], env: { ...process.env, ...env } };
  const child = fork(resolve(import.meta.dirname, "server.ts"), [kind, ownName], options);
  const failed = once(child, "exit").then(() => {
    throw new Error(`a server on ${kind} ended before it listened; its last words are on stderr`);
  });
  const [origin] = await Promise.race([once(child, "message"), failed]);
  failed.catch(() => {}); // it may end later
  return { child, origin };
}

/** False: it had ended already. */
async function stop(child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return false;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  return true;
}
