import { caseText } from "../measure/case-text.ts";
import type { CaseResult, Entry, Plot } from "../measure/results.ts";
import type { Scope } from "../measure/suite.ts";
import { type Opened, type Page, page } from "./opened.ts";
import { type Client, changersOf, type Question, type Step, type StoreContender } from "./questions.ts";

const CLIENTS = 16;

/** How long one contender works in one round: shorter than a server, because a store needs no warm connection. */
const sliceOf = ({ pace }: Scope) => pace.load / 4;

/** Asks a question, if it is wanted. The contenders take turns, so that a disturbance affects all of them. */
export async function contest(question: Question, scope: Scope): Promise<CaseResult[]> {
  const { name, value = page, clients: count = CLIENTS } = question;
  const contenders = question.contenders.filter((contender) => scope.wants(name, contender.name));
  if (contenders.length === 0) return [];
  const clients: Client[][] = [];
  for (const contender of contenders) {
    const own = await newClients(contender, keyFor(name, contender), question.onOneKey ? 1 : count, value);
    clients.push(question.onOneKey ? Array.from({ length: count }, () => own[0]!) : own);
  }
  const entries = contenders.map(({ name, role }): Entry & { rounds: number[] } => ({
    name,
    role,
    rounds: [],
  }));
  for (const [i, { step }] of contenders.entries()) await perSecond(step, clients[i]!, sliceOf(scope));
  for (let round = 0; round < scope.pace.rounds; round++) {
    for (const [i, { step }] of contenders.entries()) {
      entries[i]!.rounds.push(await perSecond(step, clients[i]!, sliceOf(scope)));
    }
  }
  return [shown({ name, unit: "per second", entries })];
}

const CROWDS = [1, 4, 16, 64, 256];
const HINT = "Time per write. A level line means: a write costs the same, however many writers there are";

/** The cost of one write, by the number of writers, on one key and on many. */
export async function plotOfWriters(name: string, opened: Opened, scope: Scope): Promise<Plot[]> {
  if (!scope.plots || !scope.wants(name)) return [];
  const { ours, byHand } = changersOf(opened);
  const contenders = [
    { ...ours, name: "mutate, one key", isOne: true },
    { ...byHand, name: "by hand, one key", isOne: true },
    { ...ours, name: "mutate, many keys", isOne: false },
    { ...byHand, name: "by hand, many keys", isOne: false },
  ];
  const lines = contenders.map(({ name, role }) => ({ name, role, values: [] as number[] }));
  for (const crowd of CROWDS) {
    for (const [i, { isOne, ...contender }] of contenders.entries()) {
      const key = keyFor(`${name}-${crowd}`, contender);
      const own = await newClients(contender, key, isOne ? 1 : crowd, page);
      const writers = isOne ? Array.from({ length: crowd }, () => own[0]!) : own;
      const rates: number[] = [];
      for (let round = 0; round < 3; round++)
        rates.push(await perSecond(contender.step, writers, sliceOf(scope)));
      lines[i]!.values.push(1e9 / Math.max(...rates));
    }
  }
  return [{ name, hint: HINT, of: "writers", sizes: CROWDS, unit: "ns", lines }];
}

export function shown(result: CaseResult): CaseResult {
  console.log(caseText(result));
  return result;
}

/** Each contender has clients with their own pages, because another writer would make their versions stale. */
async function newClients(
  { create }: StoreContender,
  key: string,
  count: number,
  value: Page,
): Promise<Client[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const own = `${key}-${i}`;
      return { key: own, tag: await create(own, value), sent: 0 };
    }),
  );
}

export function keyFor(question: string, { name }: { name: string }): string {
  return `/${`${question}-${name}`.replace(/\W+/g, "-")}`;
}

async function perSecond(step: Step, clients: readonly Client[], milliseconds: number): Promise<number> {
  const start = performance.now();
  let steps = 0;
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - start < milliseconds) {
        await step(client);
        steps++;
      }
    }),
  );
  return (steps / (performance.now() - start)) * 1000;
}
