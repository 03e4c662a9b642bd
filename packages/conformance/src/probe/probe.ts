import { WireError } from "../wire/wire-error.ts";
import { field, octetsOf } from "./answers.ts";
import type { Asked, Finding, Octets } from "./finding.ts";
import { hiddenSign } from "./intermediary.ts";
import { titleOf } from "./judges.ts";
import { CannotRun, type Known } from "./known.ts";
import type { Question } from "./question.ts";
import { recording } from "./recording.ts";
import { OutOfRequests, type Session } from "./session.ts";
import { sentence, standsBefore, verdictOf } from "./verdicts.ts";

/** Called before each question. */
export type OnQuestion = (question: Asked) => void;

/**
 * Asks a live server questions that only read.
 *
 * @throws {CannotRun} if the server stops answering
 */
export async function probe(
  session: Session,
  known: Known,
  questions: readonly Question[],
  onQuestion: OnQuestion = () => {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let silences = 0;
  for (const question of questions) {
    onQuestion(question);
    const first = await answerTo(question, known, session, findings);
    const { finding, isSilence } = await doubted(first, known, session);
    findings.push(finding);
    silences = isSilence ? silences + 1 : 0;
    if (silences === 2) throw new CannotRun(stoppedAnswering);
  }
  return findings;
}

/** The result of a question, and whether the server did not answer. */
export interface Attempt {
  finding: Finding;
  isSilence: boolean;
}

export const isSilence = ({ reason }: WireError) => reason === "timeout" || reason === "no connection";

export const stoppedAnswering = "it stopped answering: two questions in a row got no answer in time";

async function answerTo(
  { missing, after, ask, aboutChange, aboutContent, ...asked }: Question,
  known: Known,
  plain: Session,
  before: readonly Finding[],
): Promise<Attempt> {
  const { session, octets } = recording(plain);
  const conclude = (verdict: Finding["verdict"], ...found: readonly (string | undefined)[]): Attempt => ({
    finding: {
      ...asked,
      verdict,
      found: found.filter((text) => text !== undefined).map(sentence),
      // A question that sends no request is about the answers that showed the validators.
      octets: octets.length === 0 ? learntOctets(known) : [...octets],
    },
    isSilence: false,
  });
  const silent = (verdict: Finding["verdict"], ...found: readonly string[]): Attempt => {
    const attempt = conclude(verdict, ...found);
    return { ...attempt, finding: { ...attempt.finding, octets: [] } };
  };
  const reason = missing?.(known) ?? blocked(after, before);
  if (reason !== undefined) return silent("not applicable", reason);
  const doubt = standsBefore(known.intermediary);
  try {
    const found = await ask(known, session.ask);
    if (found.length === 0) return silent("pass");
    const excuse = doubt ?? (aboutChange ? undefined : await changeOf(known, plain, aboutContent));
    return conclude(excuse === undefined ? verdictOf(asked.level) : "inconclusive", ...found, excuse);
  } catch (error) {
    if (error instanceof OutOfRequests) return silent("could not be set up", error.message);
    if (!(error instanceof WireError)) throw error;
    return {
      ...conclude(doubt ? "inconclusive" : "fail", error.message, doubt),
      isSilence: isSilence(error),
    };
  }
}

/** Looks for a hidden cache before the first answer is reported as wrong. */
async function doubted(attempt: Attempt, known: Known, session: Session): Promise<Attempt> {
  const { finding, isSilence } = attempt;
  const isWrong = finding.verdict === "fail" || finding.verdict === "warning";
  // A cache passes on the validators of the page, so it is not the cause of a wrong validator.
  if (!isWrong || isSilence || finding.group === "validators") return attempt;
  await lookForHidden(known, session);
  const doubt = standsBefore(known.intermediary);
  if (doubt === undefined) return attempt;
  return {
    isSilence,
    finding: { ...finding, verdict: "inconclusive", found: [...finding.found, sentence(doubt)] },
  };
}

const looked = new WeakSet<Known>();

/** Looks only once for each page, because it takes a second. */
export async function lookForHidden(known: Known, session: Session): Promise<void> {
  if (known.intermediary !== undefined || looked.has(known)) return;
  looked.add(known);
  try {
    known.intermediary = await hiddenSign(known, session.ask);
  } catch (error) {
    // A missing answer is not a sign of a cache.
    if (!(error instanceof OutOfRequests || error instanceof WireError)) throw error;
  }
}

function learntOctets({ page, again }: Known): Octets[] {
  const answers = field(page, "etag") === field(again, "etag") ? [page] : [page, again];
  return answers.map(octetsOf);
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

/** Reports a page that changed during the probe, because then right answers look wrong. */
async function changeOf(
  { page }: Known,
  session: Session,
  aboutContent: true | undefined,
): Promise<string | undefined> {
  const now = await session.ask();
  const changed =
    now.status !== page.status
      ? "the status"
      : (["etag", "last-modified"].find((name) => field(now, name) !== field(page, name)) ??
        (aboutContent && now.body !== page.body ? "the content" : undefined));
  if (changed === undefined) return undefined;
  const what = changed.startsWith("the ") ? changed : titleOf(changed);
  return `The page changed during the probe (${what} is different now): run again when it does not change`;
}
