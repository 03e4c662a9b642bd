import { createHash } from "node:crypto";
import { resolve } from "node:path";
import type { JsonRow } from "../../packages/conformance/src/rows/as-json.ts";

/** Every id that was ever given, with a digest of its request. A line of this file is never changed. */
export const idsFile: string = resolve(import.meta.dirname, "given-ids.txt");

export function givenIds(text: string): Map<string, string> {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(lines.map((line) => line.split(" ") as [string, string]));
}

/** A digest of the state, the settings and the request. Titles, reasons and latitude may be improved. */
export function meaningOf({ state, policy = {}, request }: JsonRow): string {
  const asked = JSON.stringify([state, policy, request]);
  return createHash("sha256").update(asked).digest("hex").slice(0, 12);
}
