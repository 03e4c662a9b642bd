import { createRequire } from "node:module";
import type { Server } from "./server.ts";

interface Instance extends PromiseLike<Record<string, number>> {
  on(
    event: "response",
    listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
  ): void;
}
const autocannon: (options: object) => Instance = createRequire(import.meta.url)("autocannon");

/** What a server came to under load. */
export interface Load {
  perSecond: number;
  /** Milliseconds within which 99 of 100 answers came. */
  p99: number;
  /** Microseconds of the server's processor for one answer. */
  cpu: number;
}

/** So many requests that each ought to be a 304, from so many clients that each wait for their answer. */
export async function load(server: Server, amount: number, clients: number): Promise<Load> {
  const times = new Float64Array(amount);
  let answers = 0;
  let start = 0;
  let end = 0;
  const spent = await server.cpu();
  const run = autocannon({
    url: server.url,
    headers: { "If-None-Match": server.tag },
    connections: clients,
    amount,
    // It looks so often whether all has come: with the default it would idle for the rest of each second.
    sampleInt: 20,
  });
  run.on("response", (_, status, __, milliseconds) => {
    if (status !== 304)
      throw new Error(`${server.name} on ${server.runtime} answered ${status} instead of 304`);
    end = performance.now();
    if (answers === 0) start = end;
    if (answers < amount) times[answers++] = milliseconds;
  });
  await run;
  return {
    perSecond: ((answers - 1) / (end - start)) * 1000,
    p99: times.subarray(0, answers).sort()[Math.floor(answers * 0.99)]!,
    cpu: ((await server.cpu()) - spent) / answers,
  };
}
