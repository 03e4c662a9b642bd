import { setImmediate as turn } from "node:timers/promises";
import { resource, type VersionedStore } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";
import type { Scheduler } from "fast-check";
import { expect } from "vitest";
import { initial, keyOf, type Model, type State, type Step, stepsFrom, take } from "./protocol.ts";

/** How often each client has changed the record. */
type Record = { applied: number[] };

/** A copy of a request at a real `resource`, which waits at a gate before it reads and before it swaps. */
interface Running {
  gate?: (() => void) | undefined;
  status?: number;
}

/** Takes the steps in this order, and returns the last state. */
export async function replay(model: Model, steps: readonly Step[]): Promise<State> {
  const both = await modelAndReality(model);
  for (const step of steps) await both.take(step);
  return both.state();
}

/**
 * Lets the scheduler choose among all steps that may happen next: a client begins or sends again, a server reads or
 * swaps, an answer arrives. Returns the last state.
 */
export async function replayUnder(scheduler: Scheduler, model: Model): Promise<State> {
  const both = await modelAndReality(model);
  const offered = new Set<string>();
  let chosen: Step | undefined;
  const nameOf = ({ kind, index }: Step) => `${kind} ${index}`;
  const possible = () => stepsFrom(model, both.state());
  function offer(): void {
    for (const step of possible()) {
      const name = nameOf(step);
      if (offered.has(name)) continue;
      offered.add(name);
      scheduler.schedule(Promise.resolve(step), name).then((step) => {
        offered.delete(name);
        chosen = step;
      });
    }
  }
  for (offer(); scheduler.count() > 0; offer()) {
    chosen = undefined;
    await scheduler.waitNext(1);
    const step = possible().find((other) => chosen && nameOf(other) === nameOf(chosen));
    // An offered step may have become impossible, because the client of an answer has begun again.
    if (step) await both.take(step);
  }
  return both.state();
}

/**
 * The model, and the real `resource` with one server for each copy of a request. Each step is taken by both, and their
 * states are compared after it.
 */
async function modelAndReality(model: Model) {
  const whole = memoryStore<Record>();
  const { read, swap } = whole;
  const shared: VersionedStore<Record> = model.hasLedger ? whole : { read, swap };
  await whole.swap("record", null, { applied: initial(model).applied });
  const tags: string[] = [];
  const seen: Record[] = [];
  const running: Running[] = [];
  let answers: { client: number; status: number }[] = [];
  let state = initial(model);

  async function read_(client: number): Promise<void> {
    const found = (await whole.read("record"))!;
    tags[client] = `"${found.version}"`;
    seen[client] = found.value;
  }

  function send(client: number, attempt: number): void {
    const copy: Running = {};
    running.push(copy);
    const documents = resource(gated(shared, copy), { key: "record" });
    const applied = seen[client]!.applied.map((count, i) => (i === client ? count + 1 : count));
    const headers = { "If-Match": tags[client]!, "Idempotency-Key": keyOf({ client, attempt }) };
    const request = new Request("https://example.com/", {
      method: "PUT",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ applied }),
    });
    documents(request).then(({ status }) => {
      copy.status = status;
    });
  }

  async function takeBoth(step: Step): Promise<void> {
    const { kind, index } = step;
    const before = state;
    state = take(model, before, step);
    if (kind === "begin") await read_(index);
    if (kind === "begin" || kind === "resend") send(index, state.clients[index]!.attempt);
    await settled(running);
    if (kind === "look" || kind === "swap") {
      const copy = running[index]!;
      copy.gate!();
      await settled(running);
      // After a lost swap the model reads again, and the real resource may do so at another gate.
      while (state.copies.length < before.copies.length && copy.status === undefined) {
        copy.gate!();
        await settled(running);
      }
      if (copy.status !== undefined) {
        running.splice(index, 1);
        const { client, attempt } = before.copies[index]!;
        const { phase, attempt: now } = before.clients[client]!;
        if (phase === "waiting" && attempt === now) answers.push({ client, status: copy.status });
      }
    }
    if (kind === "receive") {
      const { client } = before.answers[index]!;
      answers = answers.filter((other) => other.client !== client);
    }
    expect((await whole.read("record"))?.value.applied).toEqual(state.applied);
    expect(answers.map(({ status }) => status < 300)).toEqual(state.answers.map(({ ok }) => ok));
    expect(answers.every(({ status }) => status === 204 || status === 412)).toBe(true);
    expect(running.length).toBe(state.copies.length);
  }

  return { take: takeBoth, state: () => state };
}

/** Each copy is at its gate or answered. */
async function settled(running: readonly Running[]): Promise<void> {
  while (running.some(({ gate, status }) => !gate && status === undefined)) await turn();
}

function gated(store: VersionedStore<Record>, copy: Running): VersionedStore<Record> {
  async function pass<R>(step: () => Promise<R>): Promise<R> {
    await new Promise<void>((resolve) => {
      copy.gate = () => {
        copy.gate = undefined;
        resolve();
      };
    });
    return step();
  }
  const { ledger } = store;
  return {
    read: (...args) => pass(() => store.read(...args)),
    swap: (...args) => pass(() => store.swap(...args)),
    ...(ledger && { ledger: { ...ledger, find: (...args) => pass(() => ledger.find(...args)) } }),
  };
}
