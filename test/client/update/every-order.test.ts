import { setImmediate as turn } from "node:timers/promises";
import { create, stamped, type UpdateOptions, update } from "@entity-tag/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Document, plainServer } from "./plain-server.ts";

/**
 * Two clients of the real package, and a server with honest conditions. Every order in which their requests can arrive
 * is taken, with every fate of each write. So what holds here holds within these bounds, and not by luck.
 */

/**
 * The fate of a write. Late: its sender gives up, and it arrives at any time after that. Twice: its answer is lost, and
 * a copy of it arrives at any time after that.
 */
const fates = ["pass", "lose request", "lose answer", "late", "twice"] as const;
/** How many writes of a run are faulty. `FAULTS=3` takes some minutes. */
const MOST_FAULTS = Number(process.env.FAULTS ?? 2);
const url = "http://localhost/document";

/** A step that may happen next. */
interface Pending {
  isWrite: boolean;
  happen(fate: (typeof fates)[number]): void;
}

/**
 * Follows the given choices, and then takes the first option at each later point. Records how many options there were.
 */
class Choices {
  readonly taken: { choice: number; of: number }[] = [];
  readonly #given: readonly number[];
  constructor(given: readonly number[]) {
    this.#given = given;
  }
  take(of: number): number {
    const choice = this.#given[this.taken.length] ?? 0;
    this.taken.push({ choice, of });
    return choice;
  }
  /** The next run in the order of a depth-first search; `undefined` after the last one. */
  next(): number[] | undefined {
    const left = [...this.taken];
    while (left.length > 0) {
      const { choice, of } = left.pop()!;
      if (choice + 1 < of) return [...left.map((point) => point.choice), choice + 1];
    }
    return undefined;
  }
}

type Server = ReturnType<typeof plainServer>;
type Client = (fetch: typeof globalThis.fetch, name: string) => Promise<unknown>;

/** One run: the answers to each client, and the document in the end. */
async function run(client: Client, names: readonly string[], server: Server, choices: Choices) {
  const pending: Pending[] = [];
  let waiting = 0;
  let faults = 0;
  const told = new Map<string, string>();

  const fetch = (async (input: string, init?: RequestInit) => {
    const request = new Request(input, init);
    const isWrite = request.method !== "GET";
    waiting++;
    return new Promise<Response>((resolve, reject) => {
      pending.push({
        isWrite,
        happen(fate) {
          waiting--;
          const lost = () => reject(new TypeError(`fetch failed: ${fate}`));
          if (fate === "lose request") return lost();
          const copy = request.clone();
          if (fate === "late" || fate === "twice")
            pending.push({ isWrite: false, happen: () => void server.answer(copy) });
          if (fate === "late") return lost();
          const answered = server.answer(request);
          if (fate === "pass") return void answered.then(resolve);
          answered.then(lost);
        },
      });
    });
  }) as typeof globalThis.fetch;

  for (const name of names)
    client(fetch, name).then(
      () => told.set(name, "made"),
      (error: Error) => told.set(name, error.name),
    );
  for (;;) {
    // Lets time pass until each client waits for the network or is done. Then takes one of the possible steps.
    do {
      await turn();
      vi.advanceTimersByTime(1);
    } while (waiting + told.size < names.length);
    if (pending.length === 0) return { told, document: server.document() };
    // Both clients do the same, so the orders that begin with the second one repeat the others under other names.
    const of = choices.taken.length === 0 ? 1 : pending.length;
    const [event] = pending.splice(choices.take(of), 1) as [Pending];
    const fate = event.isWrite && faults < MOST_FAULTS ? fates[choices.take(fates.length)]! : "pass";
    if (fate !== "pass") faults++;
    event.happen(fate);
  }
}

/** Takes every order with every fate, and counts the runs. */
async function everyOrder(
  client: Client,
  first: Document | null,
  law: (outcome: string, times: number) => boolean,
): Promise<{ runs: number; broken: string[]; outcomes: Set<string> }> {
  const outcomes = new Set<string>();
  for (let runs = 1, given: number[] | undefined = []; ; runs++) {
    const choices: Choices = new Choices(given);
    const { told, document } = await run(client, ["a", "b"], plainServer(first), choices);
    for (const [name, outcome] of told) {
      const times = document?.made.filter((one) => one === name).length ?? 0;
      outcomes.add(outcome);
      if (!law(outcome, times))
        return { runs, broken: [`${name}: ${outcome}, made ${times} times`], outcomes };
    }
    given = choices.next();
    if (!given) return { runs, broken: [], outcomes };
  }
}

/** An acknowledged write is made once, a conflict is not made, and an ambiguous write is made at most once. */
const neverTwice = (outcome: string, times: number) =>
  outcome === "made"
    ? times === 1
    : outcome === "ConflictError"
      ? times === 0
      : outcome === "AmbiguousWriteError" && times <= 1;

const options = {
  backoff: () => 0,
  maxAttempts: 8,
  timeout: Number.POSITIVE_INFINITY,
} satisfies UpdateOptions;
const append = (name: string) => (document: Document) => ({ ...document, made: [...document.made, name] });

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe("in every order of two clients' requests, with every fate of their writes,", () => {
  it("an update is never made twice, and never wrongly acknowledged", { timeout: 300_000 }, async () => {
    const client: Client = (fetch, name) => update<Document>(url, append(name), { ...options, fetch });
    const { runs, broken, outcomes } = await everyOrder(client, { made: [] }, neverTwice);
    expect(broken).toEqual([]);
    expect(runs).toBeGreaterThan(1000);
    expect([...outcomes].sort()).toEqual(["AmbiguousWriteError", "made"]);
  });

  it("a stamped update is made exactly once", { timeout: 300_000 }, async () => {
    const client: Client = (fetch, name) =>
      update<Document>(url, stamped(append(name)), { ...options, fetch });
    const { runs, broken, outcomes } = await everyOrder(client, { made: [] }, neverTwice);
    expect(broken).toEqual([]);
    expect(runs).toBeGreaterThan(1000);
    expect([...outcomes]).toEqual(["made"]);
  });

  it("create never overwrites, and never tells the wrong client that it created", {
    timeout: 300_000,
  }, async () => {
    const client: Client = (fetch, name) => create<Document>(url, { made: [name] }, { ...options, fetch });
    const law = (outcome: string, times: number) =>
      outcome === "made"
        ? times === 1
        : outcome === "AlreadyExistsError"
          ? times === 0
          : outcome === "AmbiguousWriteError";
    const { runs, broken, outcomes } = await everyOrder(client, null, law);
    expect(broken).toEqual([]);
    expect(runs).toBeGreaterThan(50);
    expect([...outcomes].sort()).toEqual(["AlreadyExistsError", "AmbiguousWriteError", "made"]);
  });

  it("the search finds a client that treats a 412 to its resend as a conflict", {
    timeout: 300_000,
  }, async () => {
    const naive: Client = async (fetch, name) => {
      for (;;) {
        const current = await fetch(url);
        const headers = { "If-Match": current.headers.get("ETag")! };
        const body = JSON.stringify(append(name)(await current.json()));
        const send = () => fetch(url, { method: "PUT", headers, body });
        const answer = await send()
          .catch(send)
          .catch(() => undefined);
        if (answer?.ok) return;
      }
    };
    expect((await everyOrder(naive, { made: [] }, neverTwice)).broken).toEqual(["b: made, made 2 times"]);
  });
});
