import { WireError } from "../wire/wire-error.ts";
import { field } from "./answers.ts";
import type { Asked, Finding } from "./finding.ts";
import { titleOf } from "./judges.ts";
import { CannotRun, type Known } from "./known.ts";
import type { Question } from "./question.ts";
import { recording } from "./recording.ts";
import { OutOfRequests, type Session } from "./session.ts";
import { sentence, standsBefore, verdictOf } from "./verdicts.ts";

/** Called before each question. */
export type OnQuestion = (question: Asked) => void;

/**
 * Asks questions of a live server, and only reads.
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
    const { finding, isSilence } = await answerTo(question, known, session, findings);
    findings.push(finding);
    silences = isSilence ? silences + 1 : 0;
    if (silences === 2)
      throw new CannotRun("it stopped answering: two requests in a row had no answer in time");
  }
  return findings;
}

interface Attempt {
  finding: Finding;
  isSilence: boolean;
}

async function answerTo(
  { missing, after, ask, aboutChange, aboutContent, ...asked }: Question,
  known: Known,
  plain: Session,
  before: readonly Finding[],
): Promise<Attempt> {
  const { session, octets } = recording(plain);
  const settle = (verdict: Finding["verdict"], ...found: readonly (string | undefined)[]): Attempt => ({
    finding: {
      ...asked,
      verdict,
      found: found.filter((text) => text !== undefined).map(sentence),
      octets: [...octets],
    },
    isSilence: false,
  });
  const reason = missing?.(known) ?? blocked(after, before);
  if (reason !== undefined) return settle("not applicable", reason);
  const doubt = standsBefore(known.intermediary);
  try {
    const found = await ask(known, session.ask);
    if (found.length === 0) return { ...settle("pass"), finding: { ...settle("pass").finding, octets: [] } };
    const excuse = doubt ?? (aboutChange ? undefined : await changeOf(known, plain, aboutContent));
    return settle(excuse === undefined ? verdictOf(asked.level) : "inconclusive", ...found, excuse);
  } catch (error) {
    if (error instanceof OutOfRequests) return settle("could not be set up", error.message);
    if (!(error instanceof WireError)) throw error;
    const isSilence = error.reason === "timeout" || error.reason === "no connection";
    return { ...settle(doubt ? "inconclusive" : "fail", error.message, doubt), isSilence };
  }
}

/** Why a question is left out because of one before it. */
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

/** A page that changes while it is asked makes right answers look wrong. */
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
  return `The page changed while it was asked (${what} is another now): ask when it rests`;
}
