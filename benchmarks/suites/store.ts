import { resource } from "@entity-tag/store";
import type { Role } from "../contenders/contender.ts";
import { caseText } from "../measure/case-text.ts";
import type { CaseResult, Entry } from "../measure/results.ts";
import type { Scope, Suite } from "../measure/suite.ts";
import { type Opened, page } from "../stores/opened.ts";

/** This many clients at once, each on a page of its own. */
const CLIENTS = 16;
const drivers = ["memory", "sqlite", "postgres", "redis"] as const;
const driverNames = { memory: "memory", sqlite: "SQLite", postgres: "PostgreSQL", redis: "Redis" };

interface Client {
  key: string;
  version: string;
  tag: string;
}
/** One step of one client. It throws when the result is wrong. */
type Step = (client: Client) => Promise<void>;
interface Doer {
  name: string;
  role: Role;
  step: Step;
}

export const suite: Suite = {
  about: `Reads, 304s and conditional writes of 1 kB of JSON, ${CLIENTS} at once, against the same statement by hand.`,
  async run(scope) {
    const cases: CaseResult[] = [];
    const skipped: string[] = [];
    for (const driver of drivers) {
      const { open, missing = "" } = await import(`../stores/${driver}.ts`);
      const opened: Opened | undefined = await open().catch((error: unknown) => {
        skipped.push(missing || `${driverNames[driver]}: ${String(error)}`);
      });
      if (opened === undefined) continue;
      try {
        for (const [name, doers] of Object.entries(questionsTo(opened))) {
          const caseName = `${driverNames[driver]}: ${name}`;
          if (scope.wants(caseName)) cases.push(await measureDoers(caseName, doers, opened, scope));
        }
      } finally {
        await opened.close();
      }
    }
    return { cases, plots: [], skipped };
  },
};

function questionsTo({ store, byHand }: Opened): Record<string, Doer[]> {
  const handler = resource(store);
  const url = (key: string) => `http://localhost${key}`;
  return {
    "a read": [
      {
        name: "store.read",
        role: "ours",
        step: async ({ key }) => expectPage((await store.read(key))!.value),
      },
      { name: "by hand", role: "by hand", step: async ({ key }) => expectPage(await byHand.read(key)) },
    ],
    "a 304": [
      {
        name: "resource, GET",
        role: "ours",
        async step({ key, tag }) {
          const { status } = await handler(new Request(url(key), { headers: { "If-None-Match": tag } }));
          if (status !== 304) throw new Error(`${status} instead of 304`);
        },
      },
      {
        name: "by hand",
        role: "by hand",
        async step({ key, tag, version }) {
          const request = new Request(url(key), { headers: { "If-None-Match": tag } });
          const isCurrent = await byHand.isCurrent(key, version);
          if (!isCurrent || request.headers.get("If-None-Match") !== tag) throw new Error("Modified");
          new Response(null, { status: 304, headers: { ETag: tag } });
        },
      },
    ],
    "a conditional write": [
      {
        name: "store.swap",
        role: "ours",
        async step(client) {
          const swap = await store.swap(client.key, client.version, page);
          if (!swap.swapped) throw new Error("Lost");
          client.version = swap.current!.version;
        },
      },
      {
        name: "resource, PUT with If-Match",
        role: "ours",
        async step(client) {
          const headers = { "If-Match": client.tag, "Content-Type": "application/json" };
          const request = new Request(url(client.key), {
            method: "PUT",
            headers,
            body: JSON.stringify(page),
          });
          const { status, headers: answered } = await handler(request);
          if (status !== 204 && status !== 200) throw new Error(`${status} instead of 204`);
          client.tag = answered.get("ETag")!;
        },
      },
      {
        name: "by hand",
        role: "by hand",
        async step(client) {
          const version = await byHand.write(client.key, client.version, page);
          if (version === undefined) throw new Error("Lost");
          client.version = version;
        },
      },
    ],
  };
}

/**
 * Each measured store has clients with pages of their own, because another writer would make their versions stale.
 */
async function measureDoers(
  name: string,
  doers: readonly Doer[],
  { store }: Opened,
  { pace }: Scope,
): Promise<CaseResult> {
  const clients = await Promise.all(doers.map(({ name: doer }) => newClients(store, `${name}-${doer}`)));
  const entries = doers.map(({ name, role }): Entry & { rounds: number[] } => ({ name, role, rounds: [] }));
  for (const [i, { step }] of doers.entries()) await perSecond(step, clients[i]!, pace.load / 3);
  for (let round = 0; round < pace.rounds; round++) {
    for (const [i, { step }] of doers.entries()) {
      entries[i]!.rounds.push(await perSecond(step, clients[i]!, pace.load));
    }
  }
  const result: CaseResult = { name, unit: "per second", entries };
  console.log(caseText(result));
  return result;
}

async function newClients(store: Opened["store"], name: string): Promise<Client[]> {
  const handler = resource(store);
  return Promise.all(
    Array.from({ length: CLIENTS }, async (_, i) => {
      const key = `/${name.replace(/\W+/g, "-")}-${i}`;
      const swap = await store.swap(key, null, page);
      if (!swap.swapped) throw new Error(`There is a ${key} already`);
      const first = await handler(new Request(`http://localhost${key}`));
      await first.arrayBuffer();
      return { key, version: swap.current!.version, tag: first.headers.get("ETag")! };
    }),
  );
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

function expectPage({ content }: { content: string }): void {
  if (content !== page.content) throw new Error("Another page than the one that was stored");
}
