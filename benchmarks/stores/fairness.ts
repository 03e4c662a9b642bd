import { setTimeout as sleep } from "node:timers/promises";
import { mutate } from "@entity-tag/store";
import type { CaseResult } from "../measure/results.ts";
import type { Scope } from "../measure/suite.ts";
import { changed } from "./by-hand.ts";
import { keyFor, shown } from "./contest.ts";
import { type Driver, type Opened, page } from "./opened.ts";

const CROWDS = [64, 256];
/** How many times each of them writes. */
const WRITES = 2;

/**
 * The time within which 99 of 100 writers of one key have written. An ideal queue of 256 takes four times as long as
 * one of 64.
 */
export async function slowestWriters({ name }: Driver, opened: Opened, scope: Scope): Promise<CaseResult[]> {
  const question = `${name}: the slowest of a hundred writers of one key`;
  if (!scope.wants(question)) return [];
  const [key, write] = await writerOf(question, opened);
  const entries = CROWDS.map((crowd) => ({
    ...{ name: `${crowd} writers`, role: "ours" as const, rounds: [] as number[] },
  }));
  await percentile(CROWDS[0]!, () => write(key));
  for (let round = 0; round < scope.pace.rounds; round++) {
    for (const [i, crowd] of CROWDS.entries()) {
      entries[i]!.rounds.push((await percentile(crowd, () => write(key))) * 1e6);
    }
  }
  return [shown({ name: question, unit: "ns", entries })];
}

/** The 99th percentile of the times of all writes, in milliseconds. */
async function percentile(crowd: number, write: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  const writer = async () => {
    for (let i = 0; i < WRITES; i++) {
      const start = performance.now();
      await write();
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: crowd }, writer));
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
}

const QUICK = 5;
const SLOW_CHANGE = 50;

/**
 * A writer whose change takes 50 ms, among five quick ones. The writes that the others make together in the time of
 * one of its writes are the ratio of the two times.
 */
export async function slowAmongQuick({ name }: Driver, opened: Opened, scope: Scope): Promise<CaseResult[]> {
  const question = `${name}: a slow writer among quick ones`;
  if (!scope.wants(question)) return [];
  const [key, write] = await writerOf(question, opened);
  const slow = { name: "a write of the slow one", role: "ours" as const, rounds: [] as number[] };
  const quick = { name: "a write of the quick ones", role: "ours" as const, rounds: [] as number[] };
  let [made, isOver] = [0, false];
  const others = Array.from({ length: QUICK }, async () => {
    for (; !isOver; made++) await write(key);
  });
  for (let round = 0; round < scope.pace.rounds; round++) {
    const [start, before] = [performance.now(), made];
    await write(key, SLOW_CHANGE);
    const time = (performance.now() - start) * 1e6;
    slow.rounds.push(time);
    quick.rounds.push(time / Math.max(1, made - before));
  }
  isOver = true;
  await Promise.all(others);
  return [shown({ name: question, unit: "ns", entries: [slow, quick] })];
}

async function writerOf(question: string, { store }: Opened) {
  const key = keyFor(question, { name: "mutate" });
  await store.swap(key, null, page);
  const write = async (key: string, ms = 0) => {
    const request = new Request(`http://localhost${key}`, { method: "POST" });
    const { status } = await mutate(request, store, key, async (value) => {
      if (ms > 0) await sleep(ms);
      return changed(value!);
    });
    if (status !== 204) throw new Error(`${status} instead of 204`);
  };
  return [key, write] as const;
}
