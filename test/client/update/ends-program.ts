// Reads, writes and waits under every time limit, and then has nothing left to do. It does not call `process.exit`: it
// ends as soon as no timer, no listener and no request is left.
import { conditionalFetch, memoryStore, read, update } from "@entity-tag/client";

const url = process.argv.at(-1)!;
const { signal } = new AbortController();

// A store that persists has a time limit for each step.
const remembering = conditionalFetch({ store: { ...memoryStore(), persists: true } });
await (await remembering(url, { signal })).text();
await (await remembering(url, { signal })).text();

// The server answers the first write with 503 and `Retry-After: 1`: the process must stay alive during the pause.
const { attempts } = await update<{ n: number }>(url, ({ n }) => ({ n: n + 1 }), { signal });
const ended = await read(`${url}/never`, { timeout: 100, maxAttempts: 1 }).catch(({ name }: Error) => name);
// Only Node lists them. The others show a timer that was left by not ending.
const held: string[] = "Bun" in globalThis || "Deno" in globalThis ? [] : process.getActiveResourcesInfo();
const timers = held.filter((kind) => kind === "Timeout").length;
console.log(JSON.stringify({ attempts, ended, timers }));
