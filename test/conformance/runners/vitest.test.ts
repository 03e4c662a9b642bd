import { check, rows } from "@entity-tag/conformance";
import { test } from "vitest";
import { target } from "./app.ts";

for (const row of rows)
  test(row.title, async () => {
    await check(row, target);
  });
