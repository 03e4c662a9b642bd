import type { Asker, Reply } from "./asker.ts";
import { fieldOf } from "./asker.ts";

/** The facts about a resource whose state cannot be set, from a GET without conditions. */
export interface Learnt {
  status: number;
  etag: string | undefined;
  /** The text of `Last-Modified`. */
  lastModified: string | undefined;
  reply: Reply;
  /** Whether the answer to HEAD has a tag. §9.3.2 allows it to leave out fields that need the content. */
  hasHeadTag: boolean;
  /** Whether two GETs in a row got different contents or tags. */
  isChanging: boolean;
  /** The fields that show an intermediary. */
  intermediary: string | undefined;
}

/** Sends two GETs without a condition. */
export async function learn(asker: Asker, path: string): Promise<Learnt> {
  const ask = async () => (await asker.ask({ method: "GET", headers: [] }, path)).reply;
  const first = await ask();
  const reply = await ask();
  const { reply: head } = await asker.ask({ method: "HEAD", headers: [] }, path);
  return {
    status: reply.status,
    etag: fieldOf(reply, "etag"),
    lastModified: fieldOf(reply, "last-modified"),
    reply,
    hasHeadTag: head.status !== reply.status || fieldOf(head, "etag") !== undefined,
    isChanging: first.body !== reply.body || fieldOf(first, "etag") !== fieldOf(reply, "etag"),
    intermediary: ["via", "x-cache", "cf-cache-status"].find((name) => fieldOf(reply, name) !== undefined),
  };
}
