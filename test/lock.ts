import { mkdirSync, rmSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A lock that is older was left by an earlier run, and is broken. */
const LONGEST_MS = 170_000;

/** Does the work while no other suite does work under the same lock, which is a folder. */
export async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
  await taken(lock);
  await work().finally(() => rmSync(lock, { recursive: true, force: true }));
}

async function taken(lock: string): Promise<void> {
  for (;;) {
    try {
      return mkdirSync(lock);
    } catch {
      const { mtimeMs = Date.now() } = statSync(lock, { throwIfNoEntry: false }) ?? {};
      if (Date.now() - mtimeMs > LONGEST_MS) rmSync(lock, { recursive: true, force: true });
    }
    await sleep(50);
  }
}
