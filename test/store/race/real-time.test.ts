import { describe, expect, test } from "vitest";
import { connect } from "./connection.ts";
import { type Contender, lend, missing, stores } from "./contenders.ts";
import { createDocument, readDocument } from "./document.ts";
import { faultyProxy } from "./faulty-proxy.ts";
import type { Fleet } from "./fleet.ts";
import { isPath, type Operation } from "./path.ts";

const contenders: readonly Contender[] = [...stores, { kind: "ioredis", database: "redis" }];

describe.each(contenders)("$kind, behind two processes,", (contender) => {
  describe.skipIf(missing(contender))("has one order of reads and writes, that of real time,", () => {
    const fleet = lend(contender, 2);

    test("with answers lost on the way", async () => {
      let writes = 0;
      const fate = (sent: Buffer) =>
        sent.toString("latin1", 0, 4) === "PUT " && ++writes % 5 === 0 ? "lose answer" : "pass";
      const proxies = await Promise.all(fleet.origins.map((origin) => faultyProxy(origin, fate, 0)));
      for (let round = 0; round < 5; round++) {
        const ways = proxies.map(({ host }) => `http://${host}`);
        const { first, operations } = await history(fleet, ways, `/history-${round}`);
        expect(isPath(first, operations), JSON.stringify(operations)).toBe(true);
        expect(operations.some(({ kind }) => kind === "write")).toBe(true);
      }
      for (const proxy of proxies) proxy.close();
    });
  });
});

/** Four clients read and write one document, and record the times. */
async function history(fleet: Fleet, ways: readonly string[], path: string) {
  const { tag: first } = await createDocument(fleet.origins[0]!, path);
  const operations: Operation[] = [];
  async function client(number: number): Promise<void> {
    const connection = connect();
    const origin = ways[number % ways.length]!;
    let tag = first;
    for (let turn = 0; turn < 4; turn++) {
      const sent = tag;
      const start = performance.now();
      const headers = { "content-type": "application/json", "if-match": sent };
      const body = { count: turn, by: { [number]: turn } };
      const answer = await connection
        .send(origin, { method: "PUT", path, headers, body }, 5_000)
        .catch(() => undefined);
      const end = performance.now();
      if (!answer) operations.push({ kind: "unknown", sent, start });
      else if (answer.status === 204)
        operations.push({ kind: "write", sent, received: answer.tag, start, end });
      const again = performance.now();
      ({ tag } = await readDocument(fleet.origins[(number + turn) % 2]!, path));
      operations.push({ kind: "read", tag, start: again, end: performance.now() });
    }
    connection.close();
  }
  await Promise.all([0, 1, 2, 3].map(client));
  return { first, operations };
}
