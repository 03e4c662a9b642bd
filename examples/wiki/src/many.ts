import cluster from "node:cluster";
import { greeting, startWiki, stopWithParent } from "./serve.ts";
import { openStorage } from "./storage.ts";

/** How many processes serve the wiki behind one port. */
const PROCESSES = 3;

/** What a process that serves tells the first one. */
interface Message {
  exchange?: object;
  greeting?: string;
}

if (cluster.isPrimary) await startAll();
else await startOne();

/** Opens the storage once before the others do, because SQLite lets one process at a time make its tables. */
async function startAll(): Promise<void> {
  await (await openStorage(process.env)).close();
  let started = 0;
  cluster.on("message", (_worker, message: Message) => {
    if (message.exchange) toAll(message);
    if (message.greeting && ++started === PROCESSES) {
      console.log(`${PROCESSES} processes serve one wiki. The panel shows which of them answered.`);
      console.log(message.greeting);
    }
  });
  let isStopping = false;
  cluster.on("exit", () => {
    if (isStopping) return;
    // A process that cannot start, as where the port is taken, would not start the next time either.
    if (started < PROCESSES) process.exit(1);
    cluster.fork();
  });
  for (let i = 0; i < PROCESSES; i++) cluster.fork();
  stopWithParent(async () => {
    isStopping = true;
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill();
  });
}

/** A process that ends just now cannot be told, and its successor needs no old news. */
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
