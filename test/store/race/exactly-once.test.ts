import { describe, expect, test } from "vitest";
import { type Answer, connect, type Message } from "./connection.ts";
import { type Contender, lend, missing, rounds, stores } from "./contenders.ts";
import { createDocument, readDocument } from "./document.ts";
import { type Fate, faultyProxy } from "./faulty-proxy.ts";
import type { Fleet } from "./fleet.ts";
import { miscounts, type Tally } from "./history.ts";
import { stubbornClient } from "./stubborn-client.ts";

const CLIENTS = 64;
const INCREMENTS = 20 * rounds;

/** Milliseconds that a client waits for its answer before it sends the same request again. */
const WAIT_TIMEOUT_MS = 1_500;

/** SQLite with the settings of a service. If each commit waited for the disk, this would be a test of the disk. */
const contenders: readonly Contender[] = stores.map((contender) =>
  contender.kind === "sqlite" ? { kind: "sqlite in WAL mode", database: "sqlite" } : contender,
);

describe.each(contenders)("$kind, behind four processes,", (contender) => {
  describe.skipIf(missing(contender))("applies a keyed update exactly once", () => {
    const fleet = lend(contender, 4);

    test(`when one answer in ten is lost after the commit, to ${CLIENTS} clients on one record`, async () => {
      const fates: Fate[] = ["lose answer", ...Array<Fate>(9).fill("pass")];
      const sent = await through(fleet, fates, (ways) => crowd(fleet, "/record", ways));
      expect(sent).toBeGreaterThan(CLIENTS * INCREMENTS * 1.05);
    });

    test("when copies of a request arrive after the answer to the retry", async () => {
      const fates: Fate[] = ["late request", ...Array<Fate>(7).fill("pass")];
      await through(fleet, fates, (ways) => competitors(fleet, "/delayed", ways, 8, 3));
    });
  });
});

/** Every client increments one document, with a key for each increment, and repeats a request that is not answered. */
async function crowd(fleet: Fleet, path: string, origins: readonly string[]): Promise<number> {
  let sent = 0;
  await createDocument(fleet.origins[0]!, path);
  async function increment(client: number) {
    const connection = connect();
    for (let done = 0; done < INCREMENTS; done++) {
      const headers = {
        "content-type": "application/json",
        "idempotency-key": `"${path}-${client}-${done}"`,
      };
      const message: Message = { method: "POST", path, headers, body: { client } };
      for (let answer: Answer | undefined; answer?.status !== 204; sent++) {
        const origin = origins[(client + sent) % origins.length]!;
        answer = await connection.send(origin, message, WAIT_TIMEOUT_MS).catch(() => undefined);
        // After a 503, nothing was written. After a 500, the outcome is unknown.
        if (answer && ![204, 503, 500].includes(answer.status))
          throw new Error(`${answer.status}: ${answer.body}`);
      }
    }
    connection.close();
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => increment(client)));
  const { value } = await readDocument(fleet.origins.at(-1)!, path);
  expect(value.count).toBe(CLIENTS * INCREMENTS);
  expect(new Set(Object.values(value.by))).toEqual(new Set([INCREMENTS]));
  return sent;
}

/** All clients replace one document until each write is acknowledged; no outcome may stay unknown. */
async function competitors(
  fleet: Fleet,
  path: string,
  origins: readonly string[],
  clients: number,
  increments: number,
) {
  await createDocument(fleet.origins[0]!, path);
  const goesOn = (done: number) => done < increments;
  const tallies = await Promise.all(
    Array.from({ length: clients }, (_, client) => untilAcknowledged(client, origins, path, goesOn)),
  );
  const last = (await readDocument(fleet.origins.at(-1)!, path)).value;
  expect(miscounts(last, tallies)).toEqual([]);
  expect(last.count).toBe(clients * increments);
  expect(total(tallies, "acknowledged")).toBe(clients * increments);
  // `found`: a repeated request was refused although its write was there.
  expect(total(tallies, "unknown") + total(tallies, "found")).toBe(0);
  return tallies;
}

function untilAcknowledged(
  client: number,
  origins: readonly string[],
  path: string,
  goesOn: (done: number) => boolean,
): Promise<Tally> {
  return stubbornClient({ client, origins, path, replays: true, patience: WAIT_TIMEOUT_MS, goesOn });
}

async function through<R>(
  { origins }: Fleet,
  fates: readonly Fate[],
  use: (ways: readonly string[]) => Promise<R>,
): Promise<R> {
  let requests = 0;
  const fate = (request: Buffer) =>
    /^P(OS|U)T /.test(request.toString("latin1", 0, 5)) ? fates[requests++ % fates.length]! : "pass";
  const proxies = await Promise.all(origins.map((origin) => faultyProxy(origin, fate, 2 * WAIT_TIMEOUT_MS)));
  try {
    return await use(proxies.map(({ host }) => `http://${host}`));
  } finally {
    for (const proxy of proxies) proxy.close();
  }
}

function total(tallies: readonly Tally[], name: "acknowledged" | "unknown" | "found"): number {
  return tallies.reduce((sum, tally) => sum + tally[name], 0);
}
