import { WireError } from "../wire/wire-error.ts";
import { field, octetsOf } from "./answers.ts";
import { type Attempt, askInTurn, blocked, findingOf, type OnQuestion, outcomeOf } from "./attempt.ts";
import { OutOfRequests } from "./budget.ts";
import type { Finding, Octets } from "./finding.ts";
import { hiddenSign } from "./intermediary.ts";
import { titleOf } from "./judges.ts";
import type { Known } from "./known.ts";
import type { Question } from "./question.ts";
import { recording } from "./recording.ts";
import type { Session } from "./session.ts";
import { sentence, standsBefore, verdictOf } from "./verdicts.ts";

/**
 * Asks a live server questions that only read.
 *
 * @throws {CannotRun} if the server stops answering
 */
export function probe(
  session: Session,
  known: Known,
  questions: readonly Question[],
  onQuestion: OnQuestion = () => {},
): Promise<Finding[]> {
  return askInTurn(questions, onQuestion, async (question, before) =>
    doubted(await answerTo(question, known, session, before), known, session),
  );
}

/** The verdicts that the report shows without octets. */
const withoutOctets: readonly Finding["verdict"][] = ["pass", "not applicable", "could not be set up"];

async function answerTo(
  { missing, after, ask, aboutChange, aboutContent, ...asked }: Question,
  known: Known,
  plain: Session,
  before: readonly Finding[],
): Promise<Attempt> {
  const { session, octets } = recording(plain);
  const doubt = standsBefore(known.intermediary);
  const { isSilence, ...outcome } = await outcomeOf(async () => {
    const reason = missing?.(known) ?? blocked(after, before);
    if (reason !== undefined) return { verdict: "not applicable", found: [reason] };
    const found = await ask(known, session.ask);
    if (found.length === 0) return { verdict: "pass", found };
    const excuse = doubt ?? (aboutChange ? undefined : await changeOf(known, plain, aboutContent));
    const verdict = excuse === undefined ? verdictOf(asked.level) : "inconclusive";
    return { verdict, found: [...found, excuse] };
  }, doubt);
  // A question that sends no request is about the answers that showed the validators.
  const sent = octets.length === 0 ? learntOctets(known) : octets;
  const shown = withoutOctets.includes(outcome.verdict) ? [] : sent;
  return { finding: findingOf(asked, outcome, shown), isSilence };
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
