import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const databaseUrl = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";
export const redisUrl = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";

/** A name that no other run uses, for a table, a prefix, a file and a connection. */
export function newName(): string {
  return `race_${randomUUID().replaceAll("-", "").slice(0, 16)}`;
}

export function fileOf(ownName: string): string {
  return join(tmpdir(), `${ownName}.sqlite`);
}
