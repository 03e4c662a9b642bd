import { field } from "../probe/answers.ts";
import { told } from "../probe/judges.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { type Ground, isDone, isSame, type Page } from "./ground.ts";
import { inapplicable, type Judgement, notSetUp, right, wrong } from "./question.ts";

/** §13.1.1 leaves open how If-Match refuses; §13.1.2 says 412 for If-None-Match. */
export type Refusal = "by 412 alone";

type Conditions = (page: Page) => readonly Line[] | string;

/**
 * A write under a false condition must get 412 and change nothing. A text in place of lines says why it does not apply.
 */
export async function refuses(ground: Ground, conditions: Conditions, how?: Refusal): Promise<Judgement> {
  const before = await ground.read();
  const lines = conditions(before);
  if (typeof lines === "string") return inapplicable(lines);
  const { answer } = await ground.put(lines);
  return judgeRefusal(answer, before, await ground.read(), how);
}

/** A write under a true condition must be done. */
export async function writes(ground: Ground, conditions: Conditions): Promise<Judgement> {
  const before = await ground.read();
  const lines = conditions(before);
  if (typeof lines === "string") return inapplicable(lines);
  const { answer } = await ground.put(lines);
  const after = await ground.read();
  if (isDone(answer)) {
    return isSame(before, after)
      ? wrong(`It answered ${told(answer)}, but a read afterwards shows the old page.`)
      : right;
  }
  return unableToWrite(answer) ?? wrong(`It answered ${told(answer)}, although the condition holds.`);
}

export function judgeRefusal(answer: Answer, before: Page, after: Page, how?: Refusal): Judgement {
  const hasChanged = !isSame(before, after);
  if (isDone(answer) && hasChanged)
    return wrong(`It answered ${told(answer)} and wrote: what another person had written is lost.`);
  if (isDone(answer) && answer.status !== 303)
    return wrong(`It answered ${told(answer)}, as if the condition held.`);
  if (hasChanged) return wrong(`It answered ${told(answer)}, but wrote.`);
  if (answer.status === 412) return right;
  const unable = unableToWrite(answer);
  if (unable) return unable;
  const found = `Nothing was written, but it answered ${told(answer)}, not 412.`;
  // A client that writes may treat a 304 as success, as if the page already had its content.
  const isMisleading = how === "by 412 alone" || answer.status === 304;
  return isMisleading ? wrong(found) : { found: [found], level: "quality" };
}

/** Answers that do not depend on conditions: this client may not write here, or may not write this content. */
export function unableToWrite(answer: Answer): Judgement | undefined {
  const { status } = answer;
  if (status === 202)
    return notSetUp("A write is answered 202: it is done later, so a read does not show whether it was done");
  // 303 is an answer to a write; 304 is one to a read.
  if (status >= 300 && status < 400 && status !== 303 && status !== 304)
    return notSetUp(
      `A write is answered ${status} with Location: ${field(answer, "location") ?? "nothing"}: ask there`,
    );
  // RFC 6585 §3: a server may require a certain kind of condition, usually a tag.
  if (status === 428) return inapplicable("it requires another condition: 428");
  if (status === 401 || status === 403)
    return notSetUp(`A write is answered ${status}: give its credentials with --header`);
  if (status === 404 || status === 405 || status === 501)
    return notSetUp(`A write is answered ${status}: this page does not accept PUT`);
  if (status === 400 || status === 413 || status === 415 || status === 422)
    return notSetUp(`A write is answered ${status}: give a --body and a --content-type that it accepts`);
  return undefined;
}
