import { type Reply, type Row, representation, rows, run, type Verdict } from "@entity-tag/conformance";
import { describe, expect, it } from "vitest";
import { withLatitude } from "../../packages/conformance/src/run/judge.ts";
import { bugs } from "./bugs.ts";
import { type Bug, reference } from "./reference.ts";

const byPath = new Map(rows.map((row) => [`/${row.id}`, row]));
const none: Bug = { name: "none" };

async function ask(bug: Bug, asked: readonly Row[] = rows) {
  const { target, connect } = reference(byPath, bug);
  return run(asked, target, { connect });
}

const caught = new Set<Verdict>(["fail", "warning"]);

describe("a server without mistakes", () => {
  it("passes every row", async () => {
    const results = await ask(none);
    expect(
      results.filter(({ verdict }) => verdict !== "pass").map(({ row, found }) => [row.id, found]),
    ).toEqual([]);
  });

  it("passes every row, whichever choice it makes where the standard leaves one", async () => {
    const most = Math.max(...rows.map(({ also = [] }) => also.length));
    for (let choice = 0; choice < most; choice++) {
      const answer: Bug["answer"] = (reply, { method }, row) =>
        method === row.request.method ? (chosen(row, choice) ?? reply) : reply;
      const asked = rows.filter(({ also = [] }) => also.length > choice);
      // This checks only that a refusal does not run the handler: the answer itself is as decided.
      const decide: Bug["decide"] = (right, { method }, _, row) =>
        method === row.request.method && row.also?.[choice]?.effect === "none"
          ? { outcome: "precondition-required" }
          : right;
      const results = await ask({ name: `latitude ${choice}`, answer, decide }, asked);
      const wrong = results.filter(({ verdict }) => verdict !== "pass");
      expect(wrong.map(({ row, found }) => [row.id, found])).toEqual([]);
    }
  });
});

/** An answer that satisfies a latitude and has no more than the latitude demands. */
function chosen(row: Row, choice: number): Reply | undefined {
  const latitude = row.also?.[choice];
  return latitude && barely(row, withLatitude(row.expect, latitude));
}

/** An answer that has only what the row demands. */
function barely({ state }: Row, expect: Row["expect"]): Reply {
  const content = state?.content ?? representation;
  const bodies = { whole: content, part: content.slice(0, 4), none: "", any: "" };
  const headers = Object.entries(expect.fields ?? {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name.toLowerCase(), value] as const] : [],
  );
  return { status: expect.status[0]!, headers, body: bodies[expect.body] };
}

describe("mistakes that servers make", async () => {
  const killed = new Map<string, string[]>();
  const counts: [name: string, rows: number][] = [];
  for (const bug of bugs) {
    const results = await ask(bug);
    // A bug that throws would look like a bug that a row has found.
    const thrown = results.filter(({ found: [first = ""] }) => first.startsWith("no answer") && !bug.leaves);
    if (thrown.length > 0) throw new Error(`${bug.name}: ${thrown[0]!.found}`);
    const found = results.filter(({ verdict }) => caught.has(verdict));
    counts.push([bug.name, found.length]);
    for (const { row } of found) killed.set(row.id, [...(killed.get(row.id) ?? []), bug.name]);
  }

  it.each(counts)("%s: %i rows fail", (_, count) => {
    expect(count).toBeGreaterThan(0);
  });

  it("every row finds at least one of them", () => {
    expect(rows.filter(({ id }) => !killed.has(id)).map(({ id }) => id)).toEqual([]);
  });
});

/** The right answer with one mistake. */
const wrongs: Record<string, (row: Row, right: Reply) => Reply | undefined> = {
  "it answers another status": (row, right) => {
    const allowed = [row.expect, ...(row.also ?? [])].flatMap(({ status }) => status);
    const status = [412, 304, 200, 500].find((candidate) => !allowed.includes(candidate));
    return status === undefined ? undefined : { ...right, status };
  },
  "it sends other content": ({ expect }, right) =>
    expect.body === "any" ? undefined : { ...right, body: `${right.body.slice(1)}?` },
  "it sends no content": ({ expect }, right) =>
    expect.body === "whole" || expect.body === "part" ? { ...right, body: "" } : undefined,
  "a field has another value, or a field is added": ({ expect }, right) => {
    const [name, value] = Object.entries(expect.fields ?? {})[0] ?? [];
    if (name === undefined) return undefined;
    const wrong = typeof value === "object" && value !== null ? value.not : "of-another";
    const others = right.headers.filter(([candidate]) => candidate !== name.toLowerCase());
    return { ...right, headers: [...others, [name.toLowerCase(), wrong]] };
  },
};

describe("every row is able to fail", () => {
  it.each(Object.entries(wrongs))("%s", async (_, wrong) => {
    const right = (row: Row) => barely(row, row.expect);
    const asked = rows.filter((row) => wrong(row, right(row)) !== undefined);
    const results = await ask({ name: "one", answer: (__, ___, row) => wrong(row, right(row))! }, asked);
    expect(results.filter(({ verdict }) => !caught.has(verdict)).map(({ row }) => row.id)).toEqual([]);
    expect(asked.length).toBeGreaterThan(50);
  });

  it("every row about a refused write fails when the write was done", async () => {
    const asked = rows.filter(
      ({ expect: { effect }, request }) => effect === "none" && !/^(?:GET|HEAD|QUERY)$/.test(request.method),
    );
    const results = await ask({ name: "works first", worksFirst: true }, asked);
    expect(results.filter(({ verdict }) => !caught.has(verdict)).map(({ row }) => row.id)).toEqual([]);
    expect(asked.length).toBeGreaterThan(200);
  });
});
