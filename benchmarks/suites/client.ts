import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type Remembering, rememberingClients } from "../contenders/remembering.ts";
import { caseText } from "../measure/case-text.ts";
import type { CaseResult, Entry } from "../measure/results.ts";
import type { Scope, Suite } from "../measure/suite.ts";

/** The size of a page, and how many clients ask for it at once. */
const questions = [
  { name: "a revalidated read of 1 kB", path: "/1kB", length: 1000, clients: 1 },
  { name: "a revalidated read of 1 MB", path: "/1MB", length: 1_000_000, clients: 1 },
  { name: "a revalidated read of 1 kB, twenty at once", path: "/1kB", length: 1000, clients: 20 },
] as const;
type Question = (typeof questions)[number];

export const suite: Suite = {
  about:
    "Reads that a server answers with 304, against clients that keep pages, and a fetch with the tag by hand.",
  async run(scope) {
    const worker = new Worker(new URL("../servers/tagged.ts", import.meta.url));
    const [port] = await once(worker, "message");
    const clients = rememberingClients();
    try {
      const cases: CaseResult[] = [];
      for (const question of questions)
        if (scope.wants(question.name))
          cases.push(await measure(question, clients, `http://127.0.0.1:${port}`, scope));
      return { cases, plots: [], skipped: [] };
    } finally {
      for (const { close } of clients) await close?.();
      await worker.terminate();
    }
  },
};

async function measure(
  { name, path, length, clients }: Question,
  all: readonly Remembering[],
  base: string,
  { pace }: Scope,
): Promise<CaseResult> {
  const entries: Entry[] = [];
  const right: { read: () => Promise<number>; rounds: number[] }[] = [];
  for (const { name, role, read } of all) {
    const step = () => read(base + path);
    const wrong = await mistakeOf(step, length, base);
    const rounds: number[] = [];
    entries.push(wrong ? { name, role, wrong } : { name, role, rounds });
    if (!wrong) right.push({ read: step, rounds });
  }
  for (const { read } of right) await perSecond(read, clients, pace.load / 3);
  for (let round = 0; round < pace.rounds; round++)
    for (const { read, rounds } of right) rounds.push(await perSecond(read, clients, pace.load));
  const result: CaseResult = { name, unit: "per second", entries };
  console.log(caseText(result));
  return result;
}

/** A second read has the whole page, and the server has answered 304. */
async function mistakeOf(
  read: () => Promise<number>,
  length: number,
  base: string,
): Promise<string | undefined> {
  const count = async () => Number(await (await fetch(`${base}/count`)).text());
  await read();
  const before = await count();
  const got = await read();
  if (got !== length) return `${got} octets instead of ${length}`;
  return (await count()) === before ? "it did not ask whether its page is still good" : undefined;
}

async function perSecond(
  read: () => Promise<number>,
  clients: number,
  milliseconds: number,
): Promise<number> {
  const start = performance.now();
  let steps = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - start < milliseconds) {
        await read();
        steps++;
      }
    }),
  );
  return (steps / (performance.now() - start)) * 1000;
}
