// Calls that end in every way, one after the other. It prints the timers that still keep the process alive after them.
import { conditionalFetch, memoryStore, read, update } from "@entity-tag/client";

const base = process.argv.at(-1)!;
const increment = ({ n }: { n: number }) => ({ n: n + 1 });
const persisting = { ...memoryStore(), persists: true };
const names: string[] = [];

async function ends(work: Promise<unknown>) {
  names.push(
    await work.then(
      () => "done",
      ({ name }: Error) => name,
    ),
  );
}

/** Aborted after a moment, by a timer that has then ended. */
function soon(): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  return controller.signal;
}

// Only the client's own timers keep the process alive here.
const nothing = new Promise<never>(() => {});
const hanging = conditionalFetch({ store: { ...persisting, read: () => nothing } });
await ends(hanging(`${base}/page`).then((page) => page.text()));
await ends(update(`${base}/busy-once`, increment, { backoff: () => 300 }));

await ends(update(`${base}/page`, increment));
await ends(update(`${base}/forbidden`, increment));
await ends(update(`${base}/page`, () => Promise.reject(new RangeError())));
await ends(update(`${base}/page`, () => new Promise<never>(() => {}), { signal: soon() }));
await ends(update(`${base}/busy`, increment, { backoff: () => 50_000, signal: soon() }));
await ends(update(`${base}/silent`, increment, { signal: soon() }));
await ends(read(`${base}/silent`, { timeout: 50, maxAttempts: 1 }));
await ends(read(`${base}/stalled`, { timeout: 50, maxAttempts: 1 }));

const remembering = conditionalFetch({ store: persisting });
for (let nth = 0; nth < 2; nth++) await ends(remembering(`${base}/page`).then((page) => page.text()));
await ends(remembering(`${base}/silent`, { signal: soon() }));

const timers = process.getActiveResourcesInfo?.().filter((name) => name === "Timeout");
console.log(JSON.stringify({ names, timers: timers ?? [] }));
