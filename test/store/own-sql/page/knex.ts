import type { Knex } from "knex";
import type { Page, Pages } from "./write-page.ts";

export function knexPages(knex: Knex): Pages {
  return {
    async read(id) {
      const page = await knex("pages").where({ id }).first<Page | undefined>("text", "version");
      return page ?? null;
    },
    async write(id, expected, next) {
      if (expected === null && next === null) return false;
      if (expected === null) {
        const made = await knex("pages")
          .insert({ id, ...next })
          .onConflict("id")
          .ignore()
          .returning("id");
        return made.length === 1;
      }
      const judged = knex("pages").where({ id, version: expected });
      return (await (next ? judged.update(next) : judged.delete())) === 1;
    },
  };
}
