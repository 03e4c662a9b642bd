import type { Asker, Reply } from "./asker.ts";
import { fieldOf } from "./asker.ts";

/** The facts that a GET without conditions tells about a resource whose state cannot be set. */
export interface Learnt {
  status: number;
  etag: string | undefined;
  /** The text of `Last-Modified`. */
  lastModified: string | undefined;
  reply: Reply;
  /** The answer to HEAD has a tag. §9.3.2 lets it leave out what takes the content to know. */
  hasHeadTag: boolean;
  /** Two GETs in a row brought different contents, or different tags. */
  isChanging: boolean;
  /** The fields that an intermediary leaves. */
  intermediary: string | undefined;
}

/** Asks twice, without a condition. */
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
