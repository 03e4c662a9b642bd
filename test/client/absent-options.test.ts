import { create, read, remove, stamped, update } from "@entity-tag/client";
import { resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test } from "vitest";

test("an option that is undefined is as one that is not given", async () => {
  const counters = resource(memoryStore<{ n: number }>());
  const options = {
    fetch: async (...args: Parameters<typeof fetch>) => counters(new Request(...args)),
    dialect: undefined,
    method: undefined,
    encode: undefined,
    decode: undefined,
    headers: undefined,
    maxAttempts: undefined,
    backoff: undefined,
    timeout: undefined,
    signal: undefined,
    wasApplied: undefined,
    idempotencyKey: undefined,
  };
  const url = "http://localhost/n";
  expect((await create(url, { n: 1 }, options)).status).toBe("created");
  const visit = stamped(({ n, ...rest }: { n: number }) => ({ ...rest, n: n + 1 }), {
    write: undefined,
    keep: undefined,
  });
  expect((await update(url, visit, options)).value).toMatchObject({ n: 2 });
  expect((await read<{ n: number }>(url, options)).value.n).toBe(2);
  expect(await remove(url, options)).toMatchObject({ status: "removed" });
});
