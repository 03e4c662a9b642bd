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
  | { status: "failed"; words: string };

const TIMEOUT_MS = 15_000;
const OPTIONS = { maxAttempts: 1, idempotencyKey: true, timeout: TIMEOUT_MS } as const;

/** The text whose save nobody knows the outcome of. */
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
  return update<{ content: string }>({ url, value: { content: value }, etag }, () => ({ content }), OPTIONS);
}

/** After a save whose answer was lost: asks whether this very text is what is stored now. */
async function askFor(url: string, content: string): Promise<string | undefined> {
  if (unanswered !== content) return undefined;
  const { value, etag } = await read<{ content: string }>(url, { timeout: TIMEOUT_MS });
  unanswered = undefined;
  return value.content === content ? etag : undefined;
}

function failure(error: unknown, content: string): Outcome {
  if (error instanceof ConflictError || error instanceof AlreadyExistsError) return { status: "collision" };
  if (error instanceof AmbiguousWriteError) {
    unanswered = content;
    return failed("The answer was lost, so it is not known whether the page was saved. Save again to ask.");
  }
  if (error instanceof HttpError) return failed(`Not saved: the wiki answered ${error.response.status}.`);
  return failed(
    navigator.onLine
      ? "Not saved: the wiki did not answer. Your text is kept in this browser."
      : "Offline. Your text is kept in this browser and is saved when you are back.",
  );
}

function failed(words: string): Outcome {
  return { status: "failed", words };
}
