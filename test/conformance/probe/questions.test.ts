import { afterAll, describe, expect, it } from "vitest";
import type { Finding } from "../../../packages/conformance/src/probe/finding.ts";
import { learn } from "../../../packages/conformance/src/probe/known.ts";
import { probe } from "../../../packages/conformance/src/probe/probe.ts";
import { questions } from "../../../packages/conformance/src/probe/questions.ts";
import { openSession, type Session } from "../../../packages/conformance/src/probe/session.ts";
import { bodiesFor } from "../../../packages/conformance/src/write/bodies.ts";
import { creationQuestions } from "../../../packages/conformance/src/write/creation.ts";
import type { WriteQuestion } from "../../../packages/conformance/src/write/question.ts";
import { writeQuestions } from "../../../packages/conformance/src/write/questions.ts";
import { raceQuestion } from "../../../packages/conformance/src/write/race.ts";
import { askWrites } from "../../../packages/conformance/src/write/write.ts";
import { creationFlaws, readFlaws, writeFlaws } from "./flaws.ts";
import { type Flaw, type RunningServer, startServer } from "./server.ts";

const started: { close(): void }[] = [];
afterAll(() => {
  for (const one of started.splice(0)) one.close();
});

const allWrites = [...writeQuestions, raceQuestion(8)];

describe("a correct server", () => {
  it("passes every question that reads, and none is skipped", async () => {
    const { session } = await serverWith({});
    const findings = await probe(session, await learn(session), questions);
    expect(findings.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(session.asked).toBeLessThan(200);
  });

  it("passes every question that writes, and none is skipped", async () => {
    const { session } = await serverWith({});
    const findings = await writesOf(session, allWrites);
    expect(findings.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
    expect(session.asked).toBeLessThan(200);
  });

  it("creates a page, and refuses to create it under a false condition", async () => {
    const { session } = await serverWith({}, null);
    const findings = await writesOf(session, creationQuestions);
    expect(findings.filter(({ verdict }) => verdict !== "pass")).toEqual([]);
  });
});

describe.concurrent("each question finds the server with exactly that mistake", () => {
  it("there is one flaw for each question", () => {
    expect(Object.keys(readFlaws)).toEqual(questions.map(({ id }) => id));
    expect(Object.keys(writeFlaws)).toEqual(allWrites.map(({ id }) => id));
    expect(Object.keys(creationFlaws)).toEqual(creationQuestions.map(({ id }) => id));
  });

  for (const [id, flaw] of Object.entries(readFlaws)) {
    it(`${id} is caught`, async () => {
      const { session } = await serverWith(flaw);
      const asked = questions.filter((question) => question.id === id);
      isCaught(id, await probe(session, await learn(session), asked));
    });
  }

  for (const [id, flaw] of Object.entries(writeFlaws)) {
    it(`${id} is caught`, async () => {
      const { session } = await serverWith(flaw);
      isCaught(
        id,
        await writesOf(
          session,
          allWrites.filter((question) => question.id === id),
        ),
      );
    });
  }

  for (const [id, flaw] of Object.entries(creationFlaws)) {
    it(`${id} is caught`, async () => {
      const { session } = await serverWith(flaw, null);
      isCaught(
        id,
        await writesOf(
          session,
          creationQuestions.filter((question) => question.id === id),
        ),
      );
    });
  }
});

function isCaught(id: string, findings: readonly Finding[]): void {
  expect(findings).toHaveLength(1);
  const { verdict, level, found, octets } = findings[0]!;
  expect(verdict, `${id}: ${found.join(" ")}`).toBe(level === "MUST" ? "fail" : "warning");
  expect(found[0]).toMatch(/^[A-Z0-9"].*\.$/s);
  expect(octets.length).toBeGreaterThan(0);
}

async function serverWith(flaw: Flaw, body?: null): Promise<RunningServer & { session: Session }> {
  const server = await startServer(flaw);
  if (body === null) server.page.body = undefined;
  const options = { headers: [], timeout: 2_000, insecure: false, maxRequests: 200 };
  const session = openSession({ ...options, url: new URL(server.url) });
  started.push(session, server);
  return { ...server, session };
}

async function writesOf(session: Session, asked: readonly WriteQuestion[]): Promise<Finding[]> {
  const bodies = bodiesFor(undefined, { body: "number {n}", contentType: "text/plain" });
  return askWrites(session, bodies, asked, undefined);
}
