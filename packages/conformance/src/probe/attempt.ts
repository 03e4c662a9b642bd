import type { Verdict } from "../verdict.ts";
import { WireError } from "../wire/wire-error.ts";
import { OutOfRequests } from "./budget.ts";
import type { Asked, Finding, Octets } from "./finding.ts";
import { CannotRun } from "./known.ts";
import { sentence } from "./verdicts.ts";

/** Called before each question. */
export type OnQuestion = (question: Asked) => void;

/** The result of a question, and whether the server did not answer. */
export interface Attempt {
  finding: Finding;
  isSilence: boolean;
}

/** What a question concludes. An `undefined` in `found` is left out. */
export interface Outcome {
  verdict: Verdict;
  found: readonly (string | undefined)[];
}

/**
 * Asks the questions one after another. `attempt` is given the findings of those before.
 *
 * @throws {CannotRun} if the server stops answering
 */
export async function askInTurn<Question extends Asked>(
  questions: readonly Question[],
  onQuestion: OnQuestion,
  attempt: (question: Question, before: readonly Finding[]) => Promise<Attempt>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let silences = 0;
  for (const question of questions) {
    onQuestion(question);
    const { finding, isSilence } = await attempt(question, findings);
    findings.push(finding);
    silences = isSilence ? silences + 1 : 0;
    if (silences === 2)
      throw new CannotRun("it stopped answering: two questions in a row got no answer in time");
  }
  return findings;
}

/** Why a question is skipped because of an earlier one. */
export function blocked(
  after: string | readonly string[] | undefined,
  before: readonly Finding[],
): string | undefined {
  const first = before.find(
    ({ id, verdict }) => after !== undefined && [after].flat().includes(id) && verdict !== "pass",
  );
  if (first === undefined) return undefined;
  return first.verdict === "not applicable" ? first.found[0] : `see ${first.id}, which did not pass`;
}

/** The outcome of `ask`. If it fails on the wire, the error is what was found, unless a `doubt` excuses the server. */
export async function outcomeOf(
  ask: () => Promise<Outcome>,
  doubt: string | undefined,
): Promise<Outcome & { isSilence: boolean }> {
  try {
    return { ...(await ask()), isSilence: false };
  } catch (error) {
    if (error instanceof OutOfRequests)
      return { verdict: "could not be set up", found: [error.message], isSilence: false };
    if (!(error instanceof WireError)) throw error;
    const isSilence = error.reason === "timeout" || error.reason === "no connection";
    return { verdict: doubt ? "inconclusive" : "fail", found: [error.message, doubt], isSilence };
  }
}

export function findingOf(asked: Asked, { verdict, found }: Outcome, octets: readonly Octets[]): Finding {
  return { ...asked, verdict, found: found.filter((text) => text !== undefined).map(sentence), octets };
}
