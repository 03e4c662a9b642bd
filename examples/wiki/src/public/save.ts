import {
  AlreadyExistsError,
  AmbiguousWriteError,
  ConflictError,
  create,
  HttpError,
  read,
  update,
} from "@entity-tag/client";

/** The text of a page as it was opened, with the tag of that version; no tag: no page existed. */
export interface Opened {
  content: string;
  tag: string;
}

export type Outcome =
  | { status: "saved"; tag: string }
  | { status: "collision" }
  /** `isLost`: no answer came, so the same save may be tried again by itself. */
  | { status: "failed"; words: string; isLost: boolean };

const TIMEOUT_MS = 15_000;
/** A save whose answer is lost is sent again under its key, and the wiki gives its first answer again. */
const OPTIONS = { maxAttempts: 4, idempotencyKey: true, timeout: TIMEOUT_MS } as const;

/** Somebody else has saved, so a person must decide. It must not be tried again automatically. */
class Collision extends Error {}

/** The text of a save whose outcome is not known. */
let unanswered: string | undefined;

/** Saves the text on top of the version that was opened, and never on another one. */
export async function savePage(url: string, opened: Opened, content: string): Promise<Outcome> {
  try {
    const arrived = await askFor(url, content);
    if (arrived !== undefined) return { status: "saved", tag: arrived };
    const { etag } =
      opened.tag === "" ? await create(url, { content }, OPTIONS) : await replace(url, opened, content);
    return { status: "saved", tag: etag ?? "" };
  } catch (error) {
    return failure(error, content);
  }
}

function replace(url: string, { content: value, tag: etag }: Opened, content: string) {
  const snapshot = { url, value: { content: value }, etag };
  return update<{ content: string }>(
    snapshot,
    ({ content: theirs }, { base }) => {
      // The recipe runs again only after a refusal, and then it gets the current text.
      if (base !== undefined && theirs !== content) throw new Collision();
      return { content };
    },
    OPTIONS,
  );
}

/** After a save whose answer was lost: reads whether exactly this text is stored now. */
async function askFor(url: string, content: string): Promise<string | undefined> {
  if (unanswered !== content) return undefined;
  try {
    const { value, etag } = await read<{ content: string }>(url, { timeout: TIMEOUT_MS });
    unanswered = undefined;
    return value.content === content ? etag : undefined;
  } catch (error) {
    if (!isAbsent(error)) throw error;
    unanswered = undefined;
    return undefined;
  }
}

/** The page was deleted after it was opened. The collision page says so and offers to create it again. */
function isAbsent(error: unknown): boolean {
  return error instanceof HttpError && error.response.status === 404;
}

function failure(error: unknown, content: string): Outcome {
  const isTaken = error instanceof ConflictError || error instanceof AlreadyExistsError;
  if (error instanceof Collision || isTaken || isAbsent(error)) return { status: "collision" };
  if (error instanceof AmbiguousWriteError) {
    unanswered = content;
    const words = "The answer was lost, so it is not known whether the page was saved. Save again to ask.";
    return { status: "failed", words, isLost: true };
  }
  if (error instanceof HttpError)
    return { status: "failed", words: refusal(error.response.status), isLost: false };
  const words = "Not saved: the wiki did not answer. Your text is kept in this browser. Save again.";
  return { status: "failed", words, isLost: true };
}

function refusal(status: number): string {
  if (status === 413) return "Not saved: the text is too long. Split the page.";
  if (status >= 500) return `Not saved: the wiki could not do it now (${status}). Save again in a moment.`;
  return `Not saved: the wiki answered ${status}.`;
}
