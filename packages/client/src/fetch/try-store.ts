import { report } from "./event.ts";
import type { FetchCall } from "./fetch-call.ts";
import type { Settings } from "./settings.ts";

/**
 * Takes a step in the store. If the store fails, it reports an event and gives `otherwise`, so that the caller still gets an
 * answer.
 */
export async function tryStore<T>(
  settings: Settings,
  call: FetchCall,
  step: () => Promise<T>,
  otherwise: T,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    report(settings, call, { fwd: "bypass", detail: `the store failed: ${String(error)}` });
    return otherwise;
  }
}
