import { type Attempt, askInTurn, blocked, findingOf, type OnQuestion, outcomeOf } from "../probe/attempt.ts";
import type { Finding, Octets } from "../probe/finding.ts";
import { recording } from "../probe/recording.ts";
import type { Session } from "../probe/session.ts";
import { standsBefore, verdictOf } from "../probe/verdicts.ts";
import type { Bodies } from "./bodies.ts";
import { groundOn } from "./ground.ts";
import type { WriteQuestion } from "./question.ts";

/**
 * Asks questions that write. The caller restores the page.
 *
 * @throws {CannotRun} if the server stops answering
 */
export function askWrites(
  session: Session,
  bodies: Bodies,
  questions: readonly WriteQuestion[],
  intermediary: string | undefined,
  onQuestion: OnQuestion = () => {},
): Promise<Finding[]> {
  return askInTurn(questions, onQuestion, (question, before) =>
    answerTo(question, session, bodies, intermediary, before),
  );
}

async function answerTo(
  { after, ask, ...asked }: WriteQuestion,
  plain: Session,
  bodies: Bodies,
  intermediary: string | undefined,
  before: readonly Finding[],
): Promise<Attempt> {
  const { session, octets } = recording(plain);
  const doubt = standsBefore(intermediary);
  const { isSilence, ...outcome } = await outcomeOf(async () => {
    const reason = blocked(after, before) ?? unwritable(before);
    if (reason !== undefined) return { verdict: "not applicable", found: [reason] };
    const { found, level = asked.level, verdict } = await ask(groundOn(session, bodies));
    if (verdict !== undefined) return { verdict, found };
    if (found.length === 0) return { verdict: "pass", found };
    return { verdict: doubt ? "inconclusive" : verdictOf(level), found: [...found, doubt] };
  }, doubt);
  const isShown = outcome.verdict !== "pass" && outcome.verdict !== "not applicable";
  return { finding: findingOf(asked, outcome, isShown ? fromFirstWrite(octets) : []), isSilence };
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
