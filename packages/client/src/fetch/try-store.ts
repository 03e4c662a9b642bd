import type { ResponseStore, StoredResponse } from "../response-store.ts";
import { isMakeable, preparedFields } from "./answer.ts";
import { type Asked, report } from "./report.ts";

/** How long a step in a store may take, in milliseconds. */
const LONGEST_STEP = 2000;

/**
 * Takes a step in the store. If the store fails, or does not answer in time, it reports an event and returns
 * `otherwise`, so that the caller still gets an answer. This request then does not use the store again, so that it does
 * not wait twice.
 */
export async function tryStore<T>(asked: Asked, step: () => Promise<T>, otherwise: T): Promise<T> {
  if (asked.isWithoutStore) return otherwise;
  try {
    return await inTime(asked.settings.store, step());
  } catch (error) {
    asked.isWithoutStore = true;
    report(asked, { fwd: "bypass", detail: `the store failed: ${String(error)}` });
    return otherwise;
  }
}

/**
 * The outcome of a step, or a rejection if the store hangs. A store in this process's memory cannot hang.
 *
 * The timer is not `unref`ed, because Node would then end the process while the caller waits for its answer.
 */
export function inTime<T>({ persists }: ResponseStore, work: Promise<T>): Promise<T> {
  if (!persists) return work;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LONGEST_STEP} ms`)), LONGEST_STEP);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/**
 * Checks the answers that a store returned. An answer of another place could be another user's.
 *
 * @throws {TypeError} on anything that is not a list of answers kept in this place
 */
export function checkedAnswers(
  found: readonly StoredResponse[],
  place: Pick<StoredResponse, "url" | "group">,
): readonly StoredResponse[] {
  for (const { url, group, body, headers, status, vary } of found) {
    // This throws on fields that are not valid.
    preparedFields(headers);
    const isThere = url === place.url && group === place.group;
    if (!isThere || !ArrayBuffer.isView(body) || !vary.map || !headers.find || !isMakeable(status))
      throw new TypeError("`read` of the store returned no list of kept answers");
  }
  return found;
}
