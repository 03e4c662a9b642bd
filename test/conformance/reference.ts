import {
  type Ask,
  type ControlledTarget,
  type Reply,
  type Row,
  representation,
  type Speaker,
} from "@entity-tag/conformance";
import {
  type Current,
  type Decision,
  evaluate,
  isRead,
  keepsInNotModified,
  type Policy,
  validatorFields,
} from "@entity-tag/core";
import { responseFor } from "@entity-tag/core/adapter";

type Fields = { get(name: string): string | null };
type Lines = [name: string, value: string][];

/** A change to one step of the reference server, which answers every row correctly in this process. */
export interface Bug {
  /** A mistake that servers make. */
  name: string;
  /** Changes how the request is read. */
  request?(ask: Ask, row: Row): Ask;
  /** Changes the state of the resource. */
  state?(current: Current, row: Row): Current;
  policy?(policy: Policy | undefined): Policy | undefined;
  /** Changes the decision. */
  decide?(decision: Decision, ask: Ask, current: Current, row: Row): Decision;
  /** Changes the answer. `undefined`: it does not answer. */
  answer?(reply: Reply, ask: Ask, row: Row): Reply | undefined;
  /** Whether the handler runs before the conditions are evaluated. */
  worksFirst?: true;
  /** Whether it sends octets after an answer without content. */
  leaves?: true;
}

/** A target for `run`, and a connection to it. */
export interface Reference {
  target: ControlledTarget;
  connect(): Promise<Speaker>;
}

export function reference(byPath: ReadonlyMap<string, Row>, bug: Bug): Reference {
  const done = new Map<string, number>();
  const work = (path: string) => done.set(path, (done.get(path) ?? 0) + 1);
  return {
    target: {
      at: "http://reference/",
      set: (_, row) => `/${row.id}`,
      runs: (path) => done.get(path) ?? 0,
    },
    connect: async () => {
      let isSpoilt = false;
      return {
        async ask(ask) {
          if (isSpoilt) throw new Error("octets that nobody asked for");
          const row = byPath.get(ask.path)!;
          const reply = respond(row, ask, bug, () => work(ask.path));
          if (reply === undefined) throw new Error("the server closed the connection");
          isSpoilt = bug.leaves === true && (reply.status === 304 || ask.method === "HEAD");
          return reply;
        },
        close: () => {},
      };
    },
  };
}

export const headersOf = ({ headers }: Pick<Ask, "headers">): Fields => ({
  get(wanted) {
    const values = headers.filter(([name]) => name.toLowerCase() === wanted.toLowerCase());
    return values.length === 0 ? null : values.map(([, value]) => value.trim()).join(", ");
  },
});

function respond(row: Row, sent: Ask, bug: Bug, work: () => void): Reply | undefined {
  const ask = bug.request?.(sent, row) ?? sent;
  const current = bug.state ? bug.state(row.state as Current, row) : (row.state as Current);
  const policy = bug.policy ? bug.policy(row.policy) : row.policy;
  const request = { method: ask.method, headers: headersOf(ask) };
  const right = evaluate(request, current, policy);
  const decision = bug.decide?.(right, ask, current, row) ?? right;
  if (bug.worksFirst || decision.outcome === "proceed") if (!isRead(ask.method)) work();
  const reply =
    decision.outcome === "proceed"
      ? proceed(row, ask, decision.range)
      : refuse(row, ask, current, decision, policy);
  return bug.answer ? bug.answer(reply, ask, row) : reply;
}

/** Fields as the wire has them. */
const lower = (lines: Iterable<readonly [string, string]>): Lines =>
  [...lines].map(([name, value]) => [name.toLowerCase(), value]);

const sentFields = ({ state }: Row): Lines =>
  lower([...validatorFields(state as Current), ...Object.entries(state?.fields ?? {})]);

function refuse(
  row: Row,
  ask: Ask,
  current: Current,
  decision: Exclude<Decision, { outcome: "proceed" }>,
  policy: Policy | undefined,
): Reply {
  const request = { method: ask.method, headers: headersOf(ask) };
  const settled = responseFor(decision, request, current, policy);
  const status = settled?.status ?? 304;
  const own = lower(settled?.fields ?? []);
  const kept = status === 304 ? sentFields(row).filter(([name]) => keepsInNotModified(name)) : [];
  const headers = [...kept.filter(([name]) => !own.some(([given]) => given === name)), ...own];
  return { status, headers, body: ask.method === "HEAD" ? "" : (settled?.body ?? "") };
}

function proceed(row: Row, ask: Ask, mayRange: boolean): Reply {
  const { method } = ask;
  if (!isRead(method)) {
    const isNew = row.state === null && !["OPTIONS", "TRACE", "CONNECT"].includes(method);
    return { status: isNew ? 201 : 200, headers: [], body: "written" };
  }
  const body = (text: string) => (method === "HEAD" ? "" : text);
  if (row.state === null) return { status: 404, headers: [], body: body("nothing is here") };
  const whole = { status: 200, headers: sentFields(row), body: body(representation) };
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(headersOf(ask).get("range") ?? "") ?? [];
  if (!mayRange || first + last === "") return whole;
  const { length } = representation;
  const from = first === "" ? length - Number(last) : Number(first);
  const to = first === "" || last === "" ? length - 1 : Math.min(Number(last), length - 1);
  if (from >= length) return { status: 416, headers: [["content-range", `bytes */${length}`]], body: "" };
  if (to < from) return whole;
  const headers: Lines = [...sentFields(row), ["content-range", `bytes ${from}-${to}/${length}`]];
  return { status: 206, headers, body: representation.slice(from, to + 1) };
}
