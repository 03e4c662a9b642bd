import type { StoredResponse } from "../response-store.ts";
import { membersOf } from "./cache-control.ts";
import { nameInStore } from "./partition.ts";
import type { Settings } from "./settings.ts";

/** The fields that `Vary` names. `"*"`: the answer serves no later request. */
export function varyOf(headers: Headers): string[] | "*" {
  const names = membersOf((headers.get("Vary") ?? "").toLowerCase()).filter(Boolean);
  return names.includes("*") ? "*" : [...new Set(names)].sort();
}

/** The name of the variant that a request with these fields selects. */
export function variantOf(
  vary: readonly string[],
  fields: Headers,
  settings: Settings,
): string | Promise<string> {
  if (vary.length === 0) return "";
  return nameInStore(JSON.stringify(vary.map((name) => [name, normalized(fields.get(name))])), settings);
}

/** The kept answer that this request selects, the latest of several. */
export async function selected(
  kept: readonly StoredResponse[],
  fields: Headers,
  settings: Settings,
): Promise<StoredResponse | undefined> {
  let latest: StoredResponse | undefined;
  for (const stored of kept) {
    if (latest && latest.time >= stored.time) continue;
    const variant = variantOf(stored.vary, fields, settings);
    // A store in memory has the text itself, and there is nothing to wait for.
    if (stored.variant === (typeof variant === "string" ? variant : await variant)) latest = stored;
  }
  return latest;
}

/** White space around commas has no meaning (RFC 9111 §4.1), except inside quotes. */
function normalized(value: string | null): string | null {
  if (value === null || value.includes('"')) return value;
  return membersOf(value).join();
}
