import { memoryStore } from "@entity-tag/store/memory";
import { expect, test, vi } from "vitest";

/** How many characters are compared while keys are put in order. */
async function comparedDuring(work: () => Promise<unknown>): Promise<number> {
  const compared = vi.spyOn(String.prototype, "charCodeAt");
  try {
    await work();
    return compared.mock.calls.length;
  } finally {
    compared.mockRestore();
  }
}

test("memoryStore sorts its keys for the first list, and no later list or write sorts them again", async () => {
  const store = memoryStore<number>();
  const count = 2000;
  const keys = Array.from({ length: count }, (_, i) => String((i * 997) % count).padStart(4, "0"));
  for (const key of keys) await store.swap(key, null, 1);
  const first = await comparedDuring(() => store.list("", { limit: 1 }));
  // Each of two thousand keys is compared with another one at least once.
  expect(first).toBeGreaterThan(2 * count);
  const later = await comparedDuring(async () => {
    for (let i = 0; i < 10; i++) {
      await store.swap(`new-${i}`, null, 1);
      expect(await store.list("19", { limit: 3, after: "1950" })).toHaveLength(3);
      const { version } = (await store.read(keys[i]!))!;
      await store.swap(keys[i]!, version, null);
    }
  });
  expect(later).toBeLessThan(first / 2);
  const listed = (await store.list("", { limit: count + 10, values: false })).map(({ key }) => key);
  const left = [...keys.slice(10), ...Array.from({ length: 10 }, (_, i) => `new-${i}`)];
  expect(listed).toEqual(left.sort());
});
