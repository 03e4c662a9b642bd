import { nearest } from "../nearest.ts";
import { type Asked, groups } from "../probe/finding.ts";
import { UsageError } from "./options.ts";

/**
 * The questions that `--only` and `--skip` select. Each word is an id, the beginning of an id, a group, or a section
 * such as `13.1.2`.
 *
 * @throws {UsageError} if a word names no question, or no question is left
 */
export function select<Q extends Asked>(
  questions: readonly Q[],
  { only, skip }: { only: readonly string[]; skip: readonly string[] },
): Q[] {
  for (const word of [...only, ...skip]) {
    if (!questions.some((question) => isNamed(question, word)))
      throw new UsageError(`No question is named ${word}: ${hint(word, questions)}`);
  }
  const left = questions.filter(
    (question) =>
      (only.length === 0 || only.some((word) => isNamed(question, word))) &&
      !skip.some((word) => isNamed(question, word)),
  );
  if (left.length === 0)
    throw new UsageError("No question is left: --skip names every question that --only names");
  return left;
}

function hint(word: string, questions: readonly Asked[]): string {
  const meant = nearest(word, [
    ...questions.map(({ id }) => id),
    ...new Set(questions.map(({ group }) => group)),
  ]);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return `give an id as in ${questions[0]?.id}, a group as in ranges, or a section as in 13.1.2`;
}

function isNamed({ id, group, section }: Asked, word: string): boolean {
  const name = word.toLowerCase();
  if (group === name || groups[group].toLowerCase() === name) return true;
  if (/^§?[\d.]+$/.test(name)) return isWithin(section.replace("§", ""), name.replace("§", ""));
  return id === name || id.startsWith(name.replace(/\*$/, ""));
}

/** Whether a word names a section: `13.1` names `13.1.2`, and not `13.10`. */
const isWithin = (section: string, wanted: string) => section === wanted || section.startsWith(`${wanted}.`);
