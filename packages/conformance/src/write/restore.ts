import { writeFileSync } from "node:fs";
import { field } from "../probe/answers.ts";
import type { Session } from "../probe/session.ts";
import type { Line } from "../row.ts";
import type { Answer } from "../wire/connection.ts";
import { isDone, pageOf, strongMatchOf } from "./ground.ts";

/** Whether the page is as it was found, and a sentence about it. */
export interface Restored {
  isRestored: boolean;
  note: string;
}

/** Puts back what was found before the first write: its content, or that nothing was there. */
export async function restore(session: Session, found: Answer): Promise<Restored> {
  const wasHere = found.status === 200;
  for (const lines of conditions) {
    const now = pageOf(await session.ask());
    if (wasHere ? isBack(now.answer, found) : !now.isHere) {
      return {
        isRestored: true,
        note: wasHere ? "The page is as it was found." : "The page is gone, as it was found.",
      };
    }
    const match = lines(strongMatchOf(now.etag));
    const answer = await (wasHere
      ? putBack(session, found, match)
      : session.ask({ method: "DELETE", headers: match }));
    if (isDone(answer) && isCached(await session.ask(), now.answer)) {
      return { isRestored: true, note: "The page was put back; a cache still shows another content." };
    }
  }
  return { isRestored: false, note: wasHere ? keep(found) : "The page that was made could not be deleted." };
}

/** With the condition that protects others; without, for a server that knows no conditions; and the look in the end. */
const conditions: readonly ((own: Line[]) => Line[])[] = [
  (own) => own,
  () => [],
  () => [["If-Match", "*"]],
  (own) => own,
];

function putBack(session: Session, found: Answer, match: Line[]): Promise<Answer> {
  const type = field(found, "content-type");
  const headers: Line[] = [...(type === undefined ? [] : [["Content-Type", type] as const]), ...match];
  return session.ask({ method: "PUT", headers, body: found.body });
}

const isBack = (now: Answer, found: Answer) =>
  now.status === 200 &&
  now.body === found.body &&
  field(now, "content-type") === field(found, "content-type");

/** The write was done, and the answer to the read before it comes again: not from the server. */
const isCached = (now: Answer, before: Answer) =>
  now.status === before.status && now.body === before.body && field(now, "age") !== undefined;

/** What a person edited is not thrown away because a server did not take it back. */
function keep(found: Answer): string {
  const file = `entity-tag-conformance-${Date.now()}.body`;
  try {
    writeFileSync(file, found.body, "latin1");
    return `The page could NOT be put back: its content is in the file ${file}.`;
  } catch {
    return "The page could NOT be put back, and its content could not be written to a file.";
  }
}
