import { writeFileSync } from "node:fs";
import { field } from "../probe/answers.ts";
import { intermediarySign } from "../probe/intermediary.ts";
import type { Session } from "../probe/session.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/answer.ts";
import { isDone as isSuccess, pageOf, strongMatchOf } from "./ground.ts";

/** Whether the page was restored, and a sentence that says so. */
interface Restored {
  isRestored: boolean;
  note: string;
}

/**
 * Restores the content from before the first write, or deletes the page if it did not exist.
 *
 * After any write it writes the content, even if a read shows it, because that read may come from a cache.
 */
export async function restore(session: Session, found: Answer, mayHaveWritten: boolean): Promise<Restored> {
  const wasHere = found.status === 200;
  const isAsFound = (now: Answer) => (wasHere ? isBack(now, found) : isGone(now));
  if (!mayHaveWritten && isAsFound(await session.ask())) {
    return { isRestored: true, note: "Nothing was written." };
  }
  let isDone = false;
  for (const condition of conditions) {
    const before = pageOf(await session.ask());
    const headers = condition(strongMatchOf(before.etag));
    const answer = wasHere
      ? await putBack(session, found, headers)
      : await session.ask({ method: "DELETE", headers });
    isDone = isSuccess(answer) || (!wasHere && isGone(answer));
    if (answer.status === 202) isDone = await settles(session, isAsFound);
    if (isDone) break;
  }
  const after = await session.ask();
  if (isAsFound(after)) {
    return {
      isRestored: true,
      note: wasHere ? "The page is as it was found." : "The page is gone, as it was found.",
    };
  }
  if (isDone && intermediarySign(after) !== undefined)
    return {
      isRestored: true,
      note: "The page was put back, but a cache or proxy in front of the server still shows other content.",
    };
  return { isRestored: false, note: keep(found) };
}

/**
 * Whether the page gets its original content and keeps it. A write that was answered 202 may be done later (§15.3.3),
 * also an earlier write of a question.
 */
async function settles(session: Session, isAsFound: (now: Answer) => boolean): Promise<boolean> {
  let calm = 0;
  for (let reads = 0; calm < 3 && reads < 10; reads++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    calm = isAsFound(await session.ask()) ? calm + 1 : 0;
  }
  return calm === 3;
}

/**
 * The conditions to try in turn: the one that protects others; none, for a server that refuses it; and `*`, for a
 * server that requires a condition.
 */
const conditions: readonly ((own: Line[]) => Line[])[] = [(own) => own, () => [], () => [["If-Match", "*"]]];

function putBack(session: Session, found: Answer, match: Line[]): Promise<Answer> {
  const type = field(found, "content-type");
  const headers: Line[] = [...(type === undefined ? [] : [["Content-Type", type] as const]), ...match];
  return session.ask({ method: "PUT", headers, body: found.body });
}

const isBack = (now: Answer, found: Answer) =>
  now.status === 200 &&
  now.body === found.body &&
  field(now, "content-type") === field(found, "content-type");

const isGone = ({ status }: Answer) => status === 404 || status === 410;

/** Keeps the content in a file, so that it is not lost if the server does not accept it. */
export function keep(found: Answer): string {
  if (found.status !== 200) return "The page that was made could NOT be deleted.";
  const file = `entity-tag-conformance-${Date.now()}.body`;
  try {
    writeFileSync(file, found.body, "latin1");
    return `The page could NOT be put back: its content is in the file ${file}.`;
  } catch {
    return "The page could NOT be put back, and its content could not be written to a file.";
  }
}
