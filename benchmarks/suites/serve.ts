import { caseText } from "../measure/case-text.ts";
import { median } from "../measure/ratio.ts";
import type { CaseResult, Entry, Plot } from "../measure/results.ts";
import { type Runtime, runtimes } from "../measure/runtime.ts";
import type { Scope, Suite } from "../measure/suite.ts";
import { type Load, load } from "../servers/load.ts";
import { plansFor } from "../servers/plans.ts";
import { type Plan, type Server, start } from "../servers/server.ts";

const CLIENTS = 32;
const PLOT = "Clients at once, on Node";
const HINT =
  "Processor time of the server. A level line means: an answer costs the same, however many clients wait";
const CROWDS = [1, 4, 16, 64, 256];
const runtimeNames: Record<Runtime, string> = { node: "Node", bun: "Bun", deno: "Deno" };
const sourceNames = { known: "the handler knows the tag", content: "the tag is made from the content" };

export const suite: Suite = {
  about: `304s over loopback, from a server in a process of its own to ${CLIENTS} clients; 1 kB of JSON.`,
  async run(scope) {
    const cases: CaseResult[] = [];
    const plots: Plot[] = [];
    for (const runtime of scope.runtime ? [scope.runtime] : runtimes) {
      const plans = plansFor(runtime).filter((plan) => scope.wants(caseOf(plan), plan.name));
      const servers: Server[] = [];
      try {
        for (const plan of plans) servers.push(await start(plan));
        cases.push(...(await measureServers(servers, scope)));
        if (runtime === "node" && scope.plots && scope.wants(PLOT))
          plots.push(await plotOfClients(servers, scope));
      } finally {
        for (const server of servers) await server.stop();
      }
    }
    return { cases, plots, skipped: [] };
  },
};

function caseOf({ runtime, source }: Plan): string {
  return `304 on ${runtimeNames[runtime]}, ${sourceNames[source]}`;
}

/** All servers of a runtime take turns, so that the figures of their cases can be compared. */
async function measureServers(servers: readonly Server[], { pace }: Scope): Promise<CaseResult[]> {
  const amounts = new Map<Server, number>();
  for (const server of servers) await load(server, pace.requests, CLIENTS);
  for (const server of servers) amounts.set(server, await amountFor(server, pace.load, CLIENTS));
  const loads = new Map(servers.map((server) => [server, [] as Load[]]));
  for (let round = 0; round < pace.rounds; round++) {
    for (const server of servers) loads.get(server)!.push(await load(server, amounts.get(server)!, CLIENTS));
  }
  const cases = Map.groupBy(servers, caseOf);
  return Array.from(cases, ([name, group]) => {
    const entries = group.map((server) => entryOf(server, loads.get(server)!));
    const result: CaseResult = { name, unit: "per second", entries };
    console.log(caseText(result));
    return result;
  });
}

/** The number of requests that take this many milliseconds. */
async function amountFor(server: Server, milliseconds: number, clients: number): Promise<number> {
  const { perSecond } = await load(server, 2000, clients);
  return Math.max(clients * 4, Math.round((perSecond * milliseconds) / 1000));
}

function entryOf({ name, role }: Server, loads: readonly Load[]): Entry {
  return {
    ...{ name, role },
    rounds: loads.map(({ perSecond }) => perSecond),
    p99: loads.map(({ p99 }) => p99),
    cpu: loads.map(({ cpu }) => cpu),
  };
}

/** The server's cost of an answer, by the number of clients that ask at once. */
async function plotOfClients(servers: readonly Server[], { pace }: Scope): Promise<Plot> {
  const known = servers.filter(({ source }) => source === "known");
  const lines = known.map(({ name, role }) => ({ name, role, values: [] as number[] }));
  for (const clients of CROWDS) {
    const costs = known.map((): number[] => []);
    const amounts: number[] = [];
    for (const server of known) amounts.push(await amountFor(server, pace.load, clients));
    for (let round = 0; round < 3; round++) {
      for (const [i, server] of known.entries()) {
        costs[i]!.push((await load(server, amounts[i]!, clients)).cpu * 1000);
      }
    }
    for (const [i, line] of lines.entries()) line.values.push(median(costs[i]!));
  }
  return { name: PLOT, hint: HINT, of: "clients", sizes: CROWDS, unit: "ns", lines };
}
