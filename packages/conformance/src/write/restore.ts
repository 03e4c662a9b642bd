import { writeFileSync } from "node:fs";
import { field } from "../probe/answers.ts";
import { intermediarySign } from "../probe/intermediary.ts";
import type { Session } from "../probe/session.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/connection.ts";
import { isDone as isSuccess, pageOf, strongMatchOf } from "./ground.ts";

/** Whether the page is as it was found, and a sentence about it. */
export interface Restored {
  isRestored: boolean;
  note: string;
}

/**
 * Puts back the content that was found before the first write, or deletes the page if there was none.
 *
 * Once a write was done, it writes even if a read shows the old content, because that may come from a cache.
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
      note: "The page was put back; something before the server still shows another content.",
    };
  return { isRestored: false, note: keep(found) };
}

/**
 * Whether the page becomes what was found, and stays so: a write that was answered 202 is done in a while (§15.3.3), also
 * one that a question has sent before.
 */
async function settles(session: Session, isAsFound: (now: Answer) => boolean): Promise<boolean> {
  let calm = 0;
  for (let reads = 0; calm < 3 && reads < 10; reads++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    calm = isAsFound(await session.ask()) ? calm + 1 : 0;
  }
  return calm === 3;
}

/** With the condition that protects others; without one, for a server that knows none; with the star, where one is demanded. */
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

/** Keeps the content in a file, because a server that does not take it back must not cost a person their work. */
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
