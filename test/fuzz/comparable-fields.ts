import { createHash } from "node:crypto";

/** Fields that this package may add, and fields that change by themselves. */
const MAY_DIFFER = ["etag", "vary", "date", "set-cookie", "content-length", "transfer-encoding"];

/** The fields of an answer that must be the same with `conditional()` and without. */
export function comparableFields(
  lines: readonly (readonly [name: string, value: string])[],
  status: number,
): string[] {
  return (
    lines
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !MAY_DIFFER.includes(name))
      // A 304 never has fields that describe content, whether we or the handler send it.
      .filter(([name]) => status !== 304 || !(name.startsWith("content-") || name === "trailer"))
      .map(([name, value]) => `${name}: ${value}`)
      .sort()
  );
}

/** A summary of content: its length, its beginning and a hash. */
export function contentInBrief(content: Buffer): string {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
  return `${content.length} bytes, ${content.toString("latin1", 0, 40)}, ${hash}`;
}
