import { update } from "@entity-tag/client";
import type { Role } from "./contender.ts";

/** A client that adds one to a counter which others may change at the same time. */
export interface Updating {
  name: string;
  role: Role;
  /** The counter afterwards. */
  update(url: string): Promise<number>;
}

interface Counter {
  n: number;
}

/** Both wait equally long. A longer pause would measure the luck of the client with the shortest wait. */
const backoff = () => Math.random() * 4;

export const updatingClients: readonly Updating[] = [
  {
    name: "update",
    role: "ours",
    update: async (url) =>
      (await update<Counter>(url, ({ n }) => ({ n: n + 1 }), { maxAttempts: 64, backoff })).value.n,
  },
  { name: "a loop by hand", role: "floor", update: byHand },
];

/** The loop of a careful program: a condition, a time limit, a pause after a conflict, and no unread answer. */
async function byHand(url: string): Promise<number> {
  for (let conflicts = 1; ; conflicts++) {
    const response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    const etag = response.headers.get("ETag");
    if (!response.ok || etag === null) throw new Error(`${url} was answered ${response.status}`);
    const { n }: Counter = await response.json();
    const written = await fetch(url, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "If-Match": etag },
      body: JSON.stringify({ n: n + 1 }),
      signal: AbortSignal.timeout(60_000),
    });
    await written.arrayBuffer();
    if (written.ok) return n + 1;
    if (written.status !== 412 || conflicts > 63) throw new Error(`${url} was answered ${written.status}`);
    await new Promise((done) => setTimeout(done, backoff()));
  }
}
