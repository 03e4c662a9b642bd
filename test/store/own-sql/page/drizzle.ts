import { and, eq } from "drizzle-orm";
import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import { pgTable, text } from "drizzle-orm/pg-core";
import type { Pages } from "./write-page.ts";

const pages = pgTable("pages", {
  id: text().primaryKey(),
  text: text().notNull(),
  version: text().notNull(),
});

export function drizzlePages(db: NodePgDatabase): Pages {
  const judged = (id: string, version: string) => and(eq(pages.id, id), eq(pages.version, version));
  return {
    async read(id) {
      const [page] = await db.select().from(pages).where(eq(pages.id, id));
      return page ?? null;
    },
    async write(id, expected, next) {
      if (expected === null && next === null) return false;
      if (expected === null) {
        const insert = db.insert(pages).values({ id, ...next! });
        return (await insert.onConflictDoNothing()).rowCount === 1;
      }
      const write = next ? db.update(pages).set(next) : db.delete(pages);
      return (await write.where(judged(id, expected))).rowCount === 1;
    },
  };
}
