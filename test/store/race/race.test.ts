import { describe, expect, test } from "vitest";
import { connect } from "./connection.ts";
import { type Contender, lend, missing, rounds, stores } from "./contenders.ts";
import { disorder } from "./generations.ts";
import { violations } from "./history.ts";
import { type Deed, mixedClient } from "./mixed-client.ts";
import { race } from "./race.ts";

const contenders: readonly (Contender & { clients: number })[] = [
  ...stores.map((store) => ({ ...store, clients: 128 })),
  { kind: "sqlite in WAL mode", database: "sqlite", clients: 32 },
];

describe.each(contenders)("$kind", (contender) => {
  describe.skipIf(missing(contender))("behind four processes", () => {
    const fleet = lend(contender, 4);

    test(`the store loses no update of ${contender.clients} clients on one key`, async () => {
      const { origins } = fleet;
      const { clients } = contender;
      // Without the pause all clients queue, and twice as many requests are stale when their turn comes.
      const result = await race({ origins, path: "/counter", clients, increments: rounds, pause: 3 });
      expect(violations(result)).toEqual([]);
      expect(result.edges).toHaveLength(clients * rounds);
    });

    test("the store keeps creates, changes and deletes under exact tags, lists and * in one order", async () => {
      const { origins } = fleet;
      const clients = Array.from({ length: 12 }, (_, client) =>
        mixedClient(origins[client % 4]!, "/ledger", client, rounds),
      );
      const attempts = (await Promise.all(clients)).flat();
      const judge = connect();
      const end = await judge.send(origins[0]!, { method: "GET", path: "/ledger" });
      judge.close();
      const entries = attempts.flatMap(({ entry }) => entry ?? []);
      expect(disorder({ entries, last: end.status === 200 ? JSON.parse(end.body) : null })).toEqual([]);
      for (const [deed, { always, sometimes = [] }] of Object.entries(expected)) {
        const came = new Set(attempts.filter((attempt) => attempt.deed === deed).map(({ status }) => status));
        for (const status of sometimes) came.delete(status);
        expect([...came].toSorted(), deed).toEqual(always);
      }
    });
  });
});

/**
 * The results that each kind of write must have at least once, or there was no race; and the other results that it may
 * have.
 */
const expected: Record<Deed, { always: number[]; sometimes?: number[] }> = {
  create: { always: [201, 412] },
  replace: { always: [200, 412] },
  "replace by list": { always: [200, 412] },
  patch: { always: [200, 412], sometimes: [404] },
  "patch whatever": { always: [200], sometimes: [404] },
  delete: { always: [204, 412], sometimes: [404] },
  "delete whatever": { always: [204], sometimes: [404] },
  "replace by weak tag": { always: [412] },
  "replace by stale tag": { always: [412] },
};
