import { StoreBusyError } from "../contract/errors.ts";
import { WAIT_TIMEOUT_MS } from "../contract/time-limits.ts";
import { backoff, pause } from "../contract/waiting.ts";
import { unwatch, type Watched, watch } from "../contract/watching.ts";
import { certain, isBroken, isRolledBack, sqlState } from "./postgres-errors.ts";
import type { AnyRow, Query } from "./postgres-query.ts";
import { statements, type Tables } from "./postgres-statements.ts";

/** How many times a read that was rolled back is tried. */
const READ_TRIES = 8;

/** How many times a read that lost its connection is tried. */
const LOST_TRIES = 2;

/** Runs the statements of reads. A read that failed has changed nothing, so it is tried again. */
export function readingBy(query: Query, tables: Tables): Query {
  const [table, ledger] = tables;
  const { isLocked } = statements(...tables);

  /**
   * A read waits while another session has a lock on the whole table. A time-out that the read's own statement sets
   * would take effect only after that wait. So when the read is late, a second connection asks whether there is such a
   * lock.
   */
  function unlessLocked<R>(reading: Promise<R>): Promise<R> {
    return new Promise((resolve, reject) => {
      const giveUp = async () => {
        const locks = await query(isLocked, [table, ledger], undefined);
        if (locks.length > 0) throw new StoreBusyError("The table is locked");
      };
      const late: Watched = { limit: WAIT_TIMEOUT_MS, giveUp: () => void giveUp().catch(reject) };
      watch(late);
      const accept = (rows: R) => {
        unwatch(late);
        resolve(rows);
      };
      const refuse = (error: unknown) => {
        unwatch(late);
        reject(error);
      };
      reading.then(accept, refuse);
    });
  }

  return async (text, values, signal): Promise<AnyRow[]> => {
    const start = performance.now();
    for (let tries = 1; ; tries++) {
      try {
        return await unlessLocked(query(text, values, signal));
      } catch (error) {
        if (signal?.aborted || error instanceof StoreBusyError) throw error;
        const isLost = isBroken(error);
        const isLate = performance.now() - start > WAIT_TIMEOUT_MS;
        if (!isLost && !isRetried(error)) throw certain(error, table);
        // A connection that was idle while the server restarted is found to be broken now. The next one is new.
        if (isLate || tries >= (isLost ? LOST_TRIES : READ_TRIES))
          throw new StoreBusyError("PostgreSQL cannot be read now", { cause: error });
      }
      await pause(backoff(tries, 100), signal);
    }
  };
}

/** True when a read may succeed at once: it was rolled back, or the connection's own `lock_timeout` was too short. */
function isRetried(error: unknown): boolean {
  return isRolledBack(error) || sqlState(error) === "55P03";
}
