import { createRequire } from "node:module";
import type { Server } from "./server.ts";

interface Instance extends PromiseLike<Record<string, number>> {
  on(
    event: "response",
    listener: (client: unknown, status: number, bytes: number, milliseconds: number) => void,
  ): void;
}
const autocannon: (options: object) => Instance = createRequire(import.meta.url)("autocannon");

/** The result of a server under load. */
export interface Load {
  perSecond: number;
  /** The time within which 99 of 100 answers came, in milliseconds. */
  p99: number;
  /** The server's processor time for one answer, in microseconds. */
  cpu: number;
}

/** Sends this many requests, from clients that each wait for their answer. Each answer must be a 304. */
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
    // How often it checks whether all answers came. With the default it would idle for the rest of each second.
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
