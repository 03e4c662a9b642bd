import type { Finding, Octets } from "../probe/finding.ts";
import { CannotRun } from "../probe/known.ts";
import { type Attempt, blocked, isSilence, type OnQuestion, stoppedAnswering } from "../probe/probe.ts";
import { recording } from "../probe/recording.ts";
import { OutOfRequests, type Session } from "../probe/session.ts";
import { sentence, standsBefore, verdictOf } from "../probe/verdicts.ts";
import { WireError } from "../wire/wire-error.ts";
import type { Bodies } from "./bodies.ts";
import { groundOn } from "./ground.ts";
import type { WriteQuestion } from "./question.ts";

/**
 * Asks questions that write. The caller restores the page.
 *
 * @throws {CannotRun} if the server stops answering
 */
export async function askWrites(
  session: Session,
  bodies: Bodies,
  questions: readonly WriteQuestion[],
  intermediary: string | undefined,
  onQuestion: OnQuestion = () => {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  let silences = 0;
  for (const question of questions) {
    onQuestion(question);
    const { finding, isSilence } = await answerTo(question, session, bodies, intermediary, findings);
    findings.push(finding);
    silences = isSilence ? silences + 1 : 0;
    if (silences === 2) throw new CannotRun(stoppedAnswering);
  }
  return findings;
}

/** The octets from the first write on. The read before it is left out of the report. */
function fromFirstWrite(octets: readonly Octets[]): Octets[] {
  const first = octets.findIndex(({ sent }) => !sent.startsWith("GET "));
  return octets.slice(Math.max(0, first));
}

/** Skips the other questions if the page accepts no write, or if a write is done later, during another question. */
function unwritable(before: readonly Finding[]): string | undefined {
  const late = before.find(({ octets }) =>
    octets.some(({ received }) => /^HTTP\/1\.\d 202\b/.test(received)),
  );
  if (late) return `see ${late.id}: a write is done later`;
  const first = before.find(({ id, verdict }) => id === "write-forged" && verdict === "could not be set up");
  return first && `see ${first.id}, which could not be set up`;
}

async function answerTo(
  { after, ask, ...asked }: WriteQuestion,
  plain: Session,
  bodies: Bodies,
  intermediary: string | undefined,
  before: readonly Finding[],
): Promise<Attempt> {
  const { session, octets } = recording(plain);
  const conclude = (verdict: Finding["verdict"], ...found: readonly (string | undefined)[]): Attempt => ({
    finding: {
      ...asked,
      verdict,
      found: found.filter((text) => text !== undefined).map(sentence),
      octets: verdict === "pass" || verdict === "not applicable" ? [] : fromFirstWrite(octets),
    },
    isSilence: false,
  });
  const reason = blocked(after, before) ?? unwritable(before);
  if (reason !== undefined) return conclude("not applicable", reason);
  const doubt = standsBefore(intermediary);
  try {
    const { found, level = asked.level, verdict } = await ask(groundOn(session, bodies));
    if (verdict !== undefined) return conclude(verdict, ...found);
    if (found.length === 0) return conclude("pass");
    return conclude(doubt ? "inconclusive" : verdictOf(level), ...found, doubt);
  } catch (error) {
    if (error instanceof OutOfRequests) return conclude("could not be set up", error.message);
    if (!(error instanceof WireError)) throw error;
    return {
      ...conclude(doubt ? "inconclusive" : "fail", error.message, doubt),
      isSilence: isSilence(error),
    };
  }
}
