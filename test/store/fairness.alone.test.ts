import { setTimeout as sleep } from "node:timers/promises";
import { mutate, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import { expect, test, vi } from "vitest";
import { request } from "./mutate/requests.ts";

vi.setConfig({ testTimeout: 60_000 });

/** A database that takes a few milliseconds for each step. */
function distant(): VersionedStore<number> {
  const { read, swap } = memoryStore<number>();
  return {
    read: async (...args) => {
      await sleep(1);
      return read(...args);
    },
    swap: async (...args) => {
      await sleep(1);
      return swap(...args);
    },
  };
}

async function add(store: VersionedStore<number>, ms = 0): Promise<void> {
  const answer = await mutate(request("POST"), store, "hits", async (hits) => {
    if (ms > 0) await sleep(ms);
    return (hits ?? 0) + 1;
  });
  expect([201, 204]).toContain(answer.status);
}

test("a writer whose change takes 50 ms writes among five quick ones, at least once in twenty writes", async () => {
  const store = distant();
  let quick = 0;
  let isOver = false;
  const others = Array.from({ length: 5 }, async () => {
    while (!isOver) {
      await add(store);
      quick++;
    }
  });
  for (let slow = 0; slow < 10; slow++) {
    const before = quick;
    await add(store, 50);
    expect(quick - before).toBeLessThanOrEqual(20);
  }
  isOver = true;
  await Promise.all(others);
});

test("256 writers of one key wait at most six times as long as 64, at the 99th percentile", async () => {
  const [few, many] = [await slowest(64), await slowest(256)];
  expect(many / few).toBeLessThanOrEqual(6);
});

test("a write in the queue competes with no other of its process: at most the first two swaps are lost", async () => {
  const inner = distant();
  let lost = 0;
  const store: VersionedStore<number> = {
    read: inner.read,
    async swap(...args) {
      const swap = await inner.swap(...args);
      if (!swap.swapped) lost++;
      return swap;
    },
  };
  await Promise.all(Array.from({ length: 50 }, () => add(store)));
  expect(lost).toBeLessThanOrEqual(2);
});

/** Each client writes three times in turn. Returns the 99th percentile, in milliseconds. */
async function slowest(clients: number): Promise<number> {
  const store = distant();
  const times: number[] = [];
  const client = async () => {
    for (let i = 0; i < 3; i++) {
      const start = performance.now();
      await add(store);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
}
