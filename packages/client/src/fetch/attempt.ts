import type { Asked } from "./asked.ts";
import { report } from "./event.ts";
import type { Settings } from "./settings.ts";

/**
 * The result of the store. If the store fails, that costs a request and an event: an answer does not depend on it.
 */
export async function attempt<T>(
  settings: Settings,
  asked: Asked,
  step: () => Promise<T>,
  otherwise: T,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    report(settings, asked, { fwd: "bypass", detail: `the store failed: ${String(error)}` });
    return otherwise;
  }
}
