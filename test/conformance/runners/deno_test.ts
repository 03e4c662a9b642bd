import { check, rows } from "@entity-tag/conformance";
import { target } from "./app.ts";

declare const Deno: { test(name: string, run: () => Promise<void>): void };

const { test } = Deno;

for (const row of rows)
  test(row.title, async () => {
    await check(row, target);
  });
