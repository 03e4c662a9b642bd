import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { beforeAfter, compare } from "./compare.ts";
import { servers } from "./servers.ts";

const page = resolve(import.meta.dirname, "../../docs/before-after.md");

it("docs/before-after.md says what the servers answer (npm run docs:before-after writes it)", async () => {
  expect(readFileSync(page, "utf8")).toBe(await beforeAfter());
});

it("with us, every one of the ten answers is right", async () => {
  const rows = await compare();
  expect(rows.length).toBe(10);
  const withUs = Object.keys(servers).flatMap((name, column) => (name.endsWith("with us") ? [column] : []));
  for (const { asked, outcomes } of rows)
    for (const column of withUs) expect(outcomes[column]!.status, asked.why).toBe(asked.right);
});
