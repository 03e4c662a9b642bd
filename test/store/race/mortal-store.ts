import { setImmediate as turn } from "node:timers/promises";
import type { VersionedStore } from "@entity-tag/store";

/**
 * When a process is killed: before a write is sent to the database, while the database makes it, or after it was made.
 */
export type Moment = "before" | "during" | "after";

export interface MortalStore<T> extends VersionedStore<T> {
  /** The next swap ends this process, as `kill -9` would. */
  doom(moment: Moment): void;
}

export function mortal<T>(store: VersionedStore<T>): MortalStore<T> {
  let fatal: Moment | undefined;
  return {
    ...store,
    async swap(key, expected, next, options) {
      if (fatal === "before") die();
      const swap = store.swap(key, expected, next, options);
      if (fatal === "during") {
        await turn();
        die();
      }
      const outcome = await swap;
      if (fatal === "after" && outcome.swapped) die();
      return outcome;
    },
    doom(moment) {
      fatal = moment;
    },
  };
}

function die(): void {
  process.kill(process.pid, "SIGKILL");
}
