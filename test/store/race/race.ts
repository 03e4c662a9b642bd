import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "./connection.ts";
import { createDocument, incremented, readDocument, replacement } from "./document.ts";
import type { Edge, Race } from "./history.ts";

export interface Plan {
  origins: readonly string[];
  path: string;
  clients: number;
  /** Acknowledged increments that each client must reach. */
  increments: number;
  /** A refused client waits at most this many times as long as its answer took. 0: it begins again at once. */
  pause: number;
}

/**
 * Creates the document, lets every client increment it until all have their acknowledgements, and reads it at the end.
 */
export async function race({ origins, path, clients, increments, pause }: Plan): Promise<Race> {
  const first = await createDocument(origins[0]!, path);
  const edges: Edge[] = [];
  let refused = 0;
  await Promise.all(Array.from({ length: clients }, (_, client) => compete(client)));
  return { first, last: await readDocument(origins.at(-1)!, path), edges, refused };

  /** One client on one socket to one server. After a 412 it tries on the value in that answer. */
  async function compete(client: number): Promise<void> {
    const connection = connect();
    const origin = origins[client % origins.length]!;
    let current = first;
    for (let done = 0; done < increments; ) {
      const value = incremented(current.value, client);
      const sent = performance.now();
      const { status, tag, body } = await connection.send(origin, replacement(path, current, value));
      if (status === 200 || status === 204) {
        edges.push({ client, sent: current.tag, received: tag });
        current = { tag, value };
        done++;
      } else if (status === 412) {
        refused++;
        current = { tag, value: JSON.parse(body) };
        if (pause > 0) await sleep(Math.random() * pause * (performance.now() - sent));
      } else throw new Error(`client ${client} was answered ${status}: ${body}`);
    }
    connection.close();
  }
}
