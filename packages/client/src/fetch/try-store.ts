import type { ResponseStore } from "../response-store.ts";
import { type Asked, report } from "./event.ts";

/** How long a step in a store may take, in milliseconds. */
const LONGEST_STEP = 2000;

/**
 * Takes a step in the store. If the store fails, or does not answer in time, it reports an event and gives `otherwise`, so
 * that the caller still gets an answer.
 */
export async function tryStore<T>(asked: Asked, step: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await inTime(asked.settings.store, step());
  } catch (error) {
    report(asked, { fwd: "bypass", detail: `the store failed: ${String(error)}` });
    return otherwise;
  }
}

/** The outcome of a step, or a rejection if the store hangs. A store in this process's memory has nothing to wait for. */
export function inTime<T>({ persists }: ResponseStore, work: Promise<T>): Promise<T> {
  if (!persists) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LONGEST_STEP} ms`)), LONGEST_STEP);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
