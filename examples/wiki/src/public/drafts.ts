/** A text that is not saved yet, kept in this browser. */
export interface Draft {
  content: string;
  /** The tag of the version that the text was made from. Saving under it finds every change since. */
  tag: string;
  /** Milliseconds since 1970. */
  at: number;
}

const SUBMITTED = "submitted";

/** A browser may forbid storage, or have no room. Then no draft is kept, and all else works. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/**
 * A name for this tab, which it keeps when it is reloaded. Two tabs that edit one page keep two drafts.
 *
 * A duplicated tab begins with the name of its original, so a lock decides which of them has it.
 */
export async function claimTab(): Promise<string> {
  const known = attempt(() => sessionStorage.getItem("tab"));
  if (known && (await holdLock(known))) return known;
  const fresh = crypto.randomUUID();
  await holdLock(fresh);
  attempt(() => sessionStorage.setItem("tab", fresh));
  return fresh;
}

export function keepDraft(page: string, tab: string, draft: Draft): boolean {
  return (
    attempt(() => {
      localStorage.setItem(keyOf(page, tab), JSON.stringify(draft));
      return true;
    }) ?? false
  );
}

export function dropDraft(page: string, tab: string): void {
  attempt(() => localStorage.removeItem(keyOf(page, tab)));
}

/** The drafts of this page that no other open tab is working on, the newest first. */
export async function draftsOf(page: string, ownTab: string): Promise<{ tab: string; draft: Draft }[]> {
  const { held = [] } = await navigator.locks.query();
  const prefix = keyOf(page, "");
  const found = (attempt(() => Object.keys(localStorage)) ?? [])
    .filter((key) => key.startsWith(prefix))
    .map((key) => ({ tab: key.slice(prefix.length), draft: parseDraft(localStorage.getItem(key)) }));
  const isOpen = (tab: string) => tab !== ownTab && held.some(({ name }) => name === lockOf(tab));
  return found
    .filter((one): one is { tab: string; draft: Draft } => one.draft !== undefined && !isOpen(one.tab))
    .sort((a, b) => b.draft.at - a.draft.at);
}

/** Notes that the form with this draft was submitted as a form. The next page shows whether it was saved. */
export function noteSubmitted(page: string, tab: string): void {
  const at = `/wiki/${encodeURIComponent(page)}`;
  attempt(() => sessionStorage.setItem(SUBMITTED, JSON.stringify({ page, tab, at })));
}

/** Drops the draft of a form that was saved: the answer to a save leads to the page itself. */
export function settleSubmitted(): void {
  const noted = attempt(() => sessionStorage.getItem(SUBMITTED)) ?? null;
  attempt(() => sessionStorage.removeItem(SUBMITTED));
  if (noted === null) return;
  const { page, tab, at } = JSON.parse(noted);
  if (location.pathname === at && document.querySelector(".prose")) dropDraft(page, tab);
}

function keyOf(page: string, tab: string): string {
  return `draft ${encodeURIComponent(page)} ${tab}`;
}

function lockOf(tab: string): string {
  return `tab ${tab}`;
}

/** Holds the lock until the tab is closed. */
function holdLock(tab: string): Promise<boolean> {
  return new Promise((done) => {
    navigator.locks.request(lockOf(tab), { ifAvailable: true }, (lock) => {
      done(lock !== null);
      return lock === null ? undefined : new Promise(() => {});
    });
  });
}

function parseDraft(text: string | null): Draft | undefined {
  try {
    const draft = JSON.parse(text ?? "");
    return typeof draft.content === "string" && typeof draft.tag === "string" ? draft : undefined;
  } catch {
    return undefined;
  }
}
