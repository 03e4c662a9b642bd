import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";
import { greeting, startWiki, stopWithParent } from "./serve.ts";
import { openStorage } from "./storage.ts";

/** How many processes serve the wiki behind one port. */
const PROCESSES = 3;

/** A process that fails repeatedly, because its database is not available, must not keep the machine busy. */
const RESTART_MS = 200;

/** The messages of a serving process to the first process. */
interface Message {
  exchange?: object;
  greeting?: string;
}

// Each process takes connections by itself. If the first one passed them on, it would now and then pass one to a
// process that has just crashed, and that client would get no answer.
cluster.schedulingPolicy = cluster.SCHED_NONE;

if (cluster.isPrimary) await startAll();
else await startOne();

/** Opens the storage once before the others do, because SQLite lets one process at a time make its tables. */
async function startAll(): Promise<void> {
  await (await openStorage(process.env)).close();
  let started = 0;
  cluster.on("message", (worker, message: Message) => {
    if (message.exchange) toAll(message);
    if (message.greeting && ++started === PROCESSES) {
      console.log(`${PROCESSES} processes serve one wiki. The panel shows which of them answered.`);
      console.log(message.greeting);
    } else if (message.greeting && started > PROCESSES) console.error(`Process ${worker.id} serves now.`);
  });
  let isStopping = false;
  cluster.on("exit", (worker, code, signal) => {
    if (isStopping) return;
    // A process that cannot start, for example because the port is taken, would not start the next time either.
    if (started < PROCESSES) process.exit(1);
    console.error(`Process ${worker.id} ended (${signal ?? code}). Another one will take its place.`);
    setTimeout(() => isStopping || cluster.fork(), RESTART_MS);
  });
  for (let i = 0; i < PROCESSES; i++) cluster.fork();
  stopWithParent(async () => {
    isStopping = true;
    await Promise.all(Object.values(cluster.workers ?? {}).map(ended));
  });
}

/** Tells a process to stop, and waits until it has answered its requests. */
function ended(worker: Worker | undefined): Promise<unknown> | undefined {
  if (worker === undefined || worker.isDead()) return undefined;
  const end = once(worker, "exit");
  worker.process.kill();
  return end;
}

/** A process that is ending cannot receive the exchange, and the one that replaces it does not need old exchanges. */
function ignored(): void {}

function toAll(message: Message): void {
  for (const worker of Object.values(cluster.workers ?? {}))
    if (worker?.isConnected()) worker.send(message, ignored);
}

async function startOne(): Promise<void> {
  const running = await startWiki(`process ${cluster.worker!.id}`);
  stopWithParent(running.stop);
  process.send!({ greeting: greeting(running) } satisfies Message);
}
