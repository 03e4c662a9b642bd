import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { resource } from "@entity-tag/store";
import { sqliteStore } from "@entity-tag/store/sqlite";
import { expect, test } from "vitest";
import { request } from "../mutate/requests.ts";
import { promises } from "./promises.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(resolve(root, file), "utf8");

test("every sentence under What is guaranteed in the store's README is promised here, and no other", () => {
  const section = read("packages/store/README.md").split("## What is guaranteed")[1]!.split("\n### ")[0]!;
  const list = section.slice(section.indexOf("\n- "), section.indexOf("What a failover keeps"));
  let text = list
    .replaceAll(/\n- \*\*/g, "\n")
    .replaceAll("**", "")
    .replaceAll(/\s+/g, " ");
  for (const promise of promises) {
    expect(text).toContain(promise.text);
    text = text.replace(promise.text, "");
  }
  expect(text.trim()).toBe("");
});

test.each(promises)("is proved by tests that exist: $text", ({ tests, breaks }) => {
  for (const [file, title] of tests) {
    expect(read(file).includes(title), `${file}: ${title}`).toBe(true);
    // A placeholder is filled in before a test is chosen by its title, so no test would run.
    expect(title).not.toMatch(/%[sdo]|\$/);
  }
  expect(breaks.length).toBeGreaterThan(0);
  for (const { in: file, find, fails = 0 } of breaks) {
    expect(read(`packages/store/src/${file}`).split(find), `${file} has this once: ${find}`).toHaveLength(2);
    expect(tests[fails]).toBeDefined();
  }
});

test("a refused write has changed nothing: 412, 428, 409, 422, 503 or 507", async () => {
  const db = new DatabaseSync(":memory:");
  const store = await sqliteStore<unknown>(db).createTable();
  const open = resource(store, {
    key: "a",
    maxBytes: 10_000_000,
    validate: (value) => value !== "not valid",
  });
  const strict = resource(store, { key: "a", require: true });
  expect((await open(request("PUT", { "Idempotency-Key": "k" }, '"first"'))).status).toBe(201);
  db.exec(`CREATE TRIGGER no_twos BEFORE UPDATE ON entity_tag WHEN NEW.value = '"constraint"'
    BEGIN SELECT RAISE(ABORT, 'no twos'); END`);
  const everything = () => JSON.stringify([db.prepare("SELECT * FROM entity_tag").all(), ledgerOf(db)]);
  const before = everything();
  const refused: [status: number, write: () => Promise<Response>][] = [
    [412, () => open(request("PUT", { "If-Match": '"stale"' }, '"x"'))],
    [412, () => open(request("PUT", { "If-None-Match": "*" }, '"x"'))],
    [412, () => open(request("DELETE", { "If-Match": '"stale"' }))],
    [428, () => strict(request("PUT", {}, '"x"'))],
    [428, () => strict(request("DELETE"))],
    [409, () => open(request("PUT", {}, '"constraint"'))],
    [422, () => open(request("PUT", {}, '"not valid"'))],
    [422, () => open(request("PUT", {}, "1e999"))],
    [422, () => open(request("PUT", { "Idempotency-Key": "k" }, '"other"'))],
    [
      503,
      () =>
        during(db, "PRAGMA query_only = ON", "PRAGMA query_only = OFF", () =>
          open(request("PUT", {}, '"x"')),
        ),
    ],
    [
      507,
      () =>
        during(db, "PRAGMA max_page_count = 8", "PRAGMA max_page_count = 100000", () =>
          open(request("PUT", {}, `"${"x".repeat(1_000_000)}"`)),
        ),
    ],
  ];
  for (const [status, write] of refused) {
    expect((await write()).status).toBe(status);
    expect(everything()).toBe(before);
  }
});

function ledgerOf(db: DatabaseSync): unknown[] {
  return db.prepare("SELECT * FROM entity_tag_ledger").all();
}

async function during<R>(db: DatabaseSync, start: string, end: string, work: () => Promise<R>): Promise<R> {
  db.exec(start);
  try {
    return await work();
  } finally {
    db.exec(end);
  }
}
