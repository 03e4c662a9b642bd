import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Role } from "../contenders/contender.ts";
import { rememberingClients } from "../contenders/remembering.ts";
import { updatingClients } from "../contenders/updating.ts";
import { allocationPerCall } from "../measure/allocation.ts";
import { caseText } from "../measure/case-text.ts";
import { median } from "../measure/ratio.ts";
import type { CaseResult, Entry } from "../measure/results.ts";
import type { Scope, Suite } from "../measure/suite.ts";

/** One call of one contender. */
interface Caller {
  name: string;
  role: Role;
  call(): Promise<number>;
  /** The fault of the result, or `undefined`. It is checked before the timing begins. */
  mistake(): Promise<string | undefined>;
}

/** The timed call, and the number of callers at once. */
interface Question {
  name: string;
  callers: readonly Caller[];
  atOnce: number;
}

const MEMORY = "memory of 10,000 kept answers of 1 kB, for one";
const ANSWERS = 10_000;
/** Several reads are checked, because a client may forget its page at each 304. Then every second read is a 200. */
const READS = 4;

export const suite: Suite = {
  about:
    "Reads that a server answers with 304, and updates under If-Match, against clients that keep pages, a fetch with the tag by hand, and a loop by hand.",
  async run(scope) {
    const worker = new Worker(new URL("../servers/tagged.ts", import.meta.url));
    const [port] = await once(worker, "message");
    const base = `http://127.0.0.1:${port}`;
    const clients = rememberingClients();
    const reads = (path: string, length: number): Caller[] =>
      clients.map(({ name, role, read }) => {
        const call = () => read(base + path);
        return { name, role, call, mistake: () => mistakeOfRead(call, length, base) };
      });
    const updates = (path: string): Caller[] =>
      updatingClients.map(({ name, role, update }) => {
        const url = `${base}/counter/${path}/${role}`;
        return { name, role, call: () => update(url), mistake: () => mistakeOfUpdate(() => update(url)) };
      });
    const questions: Question[] = [
      { name: "a revalidated read of 1 kB", callers: reads("/1kB", 1000), atOnce: 1 },
      { name: "a revalidated read of 1 MB", callers: reads("/1MB", 1_000_000), atOnce: 1 },
      { name: "a revalidated read of 1 kB, twenty at once", callers: reads("/1kB", 1000), atOnce: 20 },
      { name: "an update", callers: updates("alone"), atOnce: 1 },
      { name: "an update of one document, eight at once", callers: updates("contended"), atOnce: 8 },
    ];
    try {
      const cases: CaseResult[] = [];
      for (const question of questions)
        if (scope.wants(question.name)) cases.push(await measure(question, scope));
      if (scope.wants(MEMORY)) cases.push(await memory(base));
      return { cases, plots: [], skipped: [] };
    } finally {
      for (const { close } of clients) await close?.();
      await worker.terminate();
    }
  },
};

async function measure({ name, callers, atOnce }: Question, { pace, wants }: Scope): Promise<CaseResult> {
  const entries: Entry[] = [];
  const right: { call: () => Promise<number>; entry: Entry & { rounds: number[]; cpu: number[] } }[] = [];
  for (const { name: contender, role, call, mistake } of callers) {
    if (!wants(name, contender) && role !== "floor") continue;
    const wrong = await mistake();
    const entry = { name: contender, role, rounds: [], cpu: [] };
    entries.push(wrong ? { name: contender, role, wrong } : entry);
    if (!wrong) right.push({ call, entry });
  }
  for (const { call } of right) await load(call, atOnce, pace.load / 3);
  for (let round = 0; round < pace.rounds; round++) {
    for (const { call, entry } of right) {
      const { perSecond, cpu } = await load(call, atOnce, pace.load);
      entry.rounds.push(perSecond);
      entry.cpu.push(cpu);
    }
  }
  for (const { call, entry } of right) {
    if (atOnce > 1) continue;
    const loop = { run: call, calls: 1, isAsync: true };
    const bytes = await allocationPerCall(loop, 1e9 / median(entry.rounds));
    if (bytes !== undefined) entry.bytes = bytes;
  }
  const result: CaseResult = { name, unit: "per second", entries };
  console.log(caseText(result));
  return result;
}

/** The memory for each kept answer. A client that keeps its answers in files has no answer in memory. */
async function memory(base: string): Promise<CaseResult> {
  const entries: Entry[] = [];
  for (const { name, role, read, close, isInFiles } of rememberingClients()) {
    if (!isInFiles) {
      const before = await memoryInUse();
      for (let at = 0; at < ANSWERS; at += 20) {
        const urls = Array.from({ length: 20 }, (_, i) => `${base}/1kB?${at + i}`);
        await Promise.all(urls.map(read));
      }
      const rounds = [((await memoryInUse()) - before) / ANSWERS];
      const wrong = await mistakeOfRead(() => read(`${base}/1kB?0`), 1000, base, false);
      entries.push(wrong ? { name, role, wrong: "it has not kept all of them" } : { name, role, rounds });
    }
    await close?.();
  }
  const result: CaseResult = { name: MEMORY, unit: "bytes", entries };
  console.log(caseText(result));
  return result;
}

/** The octets in use, in the heap and beside it, after a full garbage collection. */
async function memoryInUse(): Promise<number> {
  const collect = (globalThis as { gc?: () => void }).gc;
  for (let turn = 0; turn < 3; turn++) {
    collect?.();
    await new Promise((done) => setTimeout(done, 20));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Each read of a page that was read before has the whole page, and the server has answered 304. */
async function mistakeOfRead(
  read: () => Promise<number>,
  length: number,
  base: string,
  isFirst = true,
): Promise<string | undefined> {
  const count = async () => Number(await (await fetch(`${base}/count`)).text());
  if (isFirst) await read();
  const before = await count();
  for (let nth = 0; nth < READS; nth++) {
    const got = await read();
    if (got !== length) return `${got} octets instead of ${length}`;
  }
  const revalidated = (await count()) - before;
  return revalidated < READS ? `only ${revalidated} of ${READS} reads were answered 304` : undefined;
}

/** Eight updates run at the same time, and no update is lost. */
async function mistakeOfUpdate(update: () => Promise<number>): Promise<string | undefined> {
  const before = await update();
  await Promise.all(Array.from({ length: 8 }, update));
  const after = await update();
  return after === before + 9 ? undefined : `${after - before} instead of 9 updates`;
}

/** The calls in a second, and the processor time of this thread for one, in microseconds. */
async function load(
  call: () => Promise<number>,
  atOnce: number,
  milliseconds: number,
): Promise<{ perSecond: number; cpu: number }> {
  const start = performance.now();
  const cpuBefore = process.threadCpuUsage();
  let calls = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (performance.now() - start < milliseconds) {
        await call();
        calls++;
      }
    }),
  );
  const { user, system } = process.threadCpuUsage(cpuBefore);
  return { perSecond: (calls / (performance.now() - start)) * 1000, cpu: (user + system) / calls };
}
