import { credentialsIn } from "../credentials.ts";
import { digest } from "./digest.ts";
import type { FetchCall } from "./fetch-call.ts";
import { routeOf } from "./route.ts";
import type { Settings } from "./settings.ts";

const DESCRIPTIONS = ["Content-Type", "Content-Encoding", "Content-Language"];

/** The partition that the caller's option returns. `null`: keep nothing. */
export async function givenPartition(
  { url, method, headers }: FetchCall,
  partition: NonNullable<Settings["partition"]>,
): Promise<string | null> {
  const given = await partition(new Request(url, { method, headers }));
  if (typeof given === "string" || given === null) return given;
  throw new TypeError(
    `Cannot keep answers for the partition ${String(given)}: return a string, or null to keep none`,
  );
}

/**
 * The group of requests that one answer may serve: same partition, method and content.
 *
 * The content of a QUERY and the fields that describe it are a part of its key (RFC 10008 §2.7). So are options that
 * change the answer: `redirect`, `decompress` on Bun, and `cf` on Cloudflare, which resizes images.
 */
export function groupOf(
  { headers, fields, method, credentials, redirect, content, init }: FetchCall,
  given: string | undefined,
): string {
  const who = given ?? [credentialsIn(fields), credentials, ...routeOf(init)];
  const { decompress, cf } = init as { decompress?: boolean; cf?: unknown };
  const what = content
    ? [method, ...DESCRIPTIONS.map((name) => headers.get(name)), new TextDecoder("latin1").decode(content)]
    : "GET";
  return JSON.stringify([who, redirect, what, decompress, cf]);
}

/** The text that the store gets. A store that persists gets its hash, so it never gets a credential. */
export function nameInStore(text: string, { store }: Settings): string | Promise<string> {
  return store.persists ? digest(text) : text;
}
