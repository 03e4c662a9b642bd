/**
 * The protocol of keyed updates, as a machine whose every state can be visited. Each client wants to change one record
 * once. It reads, and sends its change with a key and the tag that it has read. It may send the same request again at
 * any time. After a 412 it begins again under another key. The network delivers messages in any order, or never, so a
 * lost message is one that is not delivered. A server reads and swaps in two steps, and any other step may happen
 * between them.
 */

/** One copy of a request, on its way or at a server. */
export interface Copy {
  client: number;
  attempt: number;
  tag: number;
  /** `sent`: no server has read it. `judged`: its condition held when the server read the record. */
  stage: "sent" | "judged";
}

interface Answer {
  client: number;
  attempt: number;
  ok: boolean;
}

interface Client {
  phase: "idle" | "waiting" | "done";
  attempt: number;
  tag: number;
  resends: number;
}

export interface State {
  /** A version of the record: its number, and the key that made it. */
  version: number;
  writer: string;
  /** The keys that were applied; empty without a ledger. */
  ledger: string[];
  /** How often each client's change was made. */
  applied: number[];
  clients: Client[];
  copies: Copy[];
  answers: Answer[];
}

/** The next step: its name, and its client, copy or answer. */
export interface Step {
  kind: "begin" | "resend" | "look" | "swap" | "receive";
  index: number;
}

/** How often a client begins at most, and how often it sends each request again at most. */
export interface Patience {
  attempts: number;
  resends: number;
}

export interface Model {
  /** One for each client. */
  clients: readonly Patience[];
  hasLedger: boolean;
}

export const keyOf = ({ client, attempt }: { client: number; attempt: number }) => `${client}.${attempt}`;

export function initial({ clients }: Model): State {
  const client: Client = { phase: "idle", attempt: 0, tag: 0, resends: 0 };
  return {
    version: 0,
    writer: "",
    ledger: [],
    applied: clients.map(() => 0),
    clients: clients.map(() => ({ ...client })),
    copies: [],
    answers: [],
  };
}

/** All steps that may happen next. */
export function stepsFrom(model: Model, { clients, copies, answers }: State): Step[] {
  const steps: Step[] = [];
  for (const [index, { phase, attempt, resends }] of clients.entries()) {
    const { attempts, resends: most } = model.clients[index]!;
    if (phase === "idle" && attempt < attempts) steps.push({ kind: "begin", index });
    if (phase === "waiting" && resends < most) steps.push({ kind: "resend", index });
  }
  for (const [index, { stage }] of copies.entries())
    steps.push({ kind: stage === "sent" ? "look" : "swap", index });
  for (const index of answers.keys()) steps.push({ kind: "receive", index });
  return steps;
}

export function take(model: Model, before: State, { kind, index }: Step): State {
  const state = structuredClone(before);
  const client = state.clients[index]!;
  switch (kind) {
    case "begin":
      state.clients[index] = {
        phase: "waiting",
        attempt: client.attempt + 1,
        tag: state.version,
        resends: 0,
      };
      state.copies.push(copyOf(state, index));
      break;
    case "resend":
      client.resends++;
      state.copies.push(copyOf(state, index));
      break;
    case "look":
      look(model, state, index);
      break;
    case "swap":
      swap(model, state, index);
      break;
    case "receive":
      receive(state, index);
  }
  return state;
}

function copyOf({ clients }: State, index: number): Copy {
  const { attempt, tag } = clients[index]!;
  return { client: index, attempt, tag, stage: "sent" };
}

function look({ hasLedger }: Model, state: State, index: number): void {
  const copy = state.copies[index]!;
  const key = keyOf(copy);
  const wasApplied = hasLedger ? state.ledger.includes(key) : state.writer === key;
  if (wasApplied) answer(state, index, true);
  else if (copy.tag !== state.version) answer(state, index, false);
  else copy.stage = "judged";
}

function swap(model: Model, state: State, index: number): void {
  const copy = state.copies[index]!;
  if (copy.tag !== state.version) {
    look(model, state, index);
    return;
  }
  state.version++;
  state.writer = keyOf(copy);
  if (model.hasLedger) state.ledger = [...state.ledger, state.writer].sort();
  state.applied[copy.client]!++;
  answer(state, index, true);
}

function answer(state: State, index: number, ok: boolean): void {
  const [{ client: number, attempt }] = state.copies.splice(index, 1) as [Copy];
  const client = state.clients[number]!;
  // A client that has begun again ignores the answer to an earlier attempt.
  if (client.phase === "waiting" && client.attempt === attempt) {
    state.answers.push({ client: number, attempt, ok });
  }
}

function receive(state: State, index: number): void {
  const [{ client, ok }] = state.answers.splice(index, 1) as [Answer];
  state.clients[client]!.phase = ok ? "done" : "idle";
  state.answers = state.answers.filter((other) => other.client !== client);
}

/** The forbidden states: a change was made twice, or acknowledged but not made. */
export function isBroken({ applied, clients }: State): boolean {
  return clients.some(({ phase }, i) => applied[i]! > 1 || (phase === "done" && applied[i] !== 1));
}
