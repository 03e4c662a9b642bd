/** The editor and the collision page, with script: drafts, Ctrl+S, and a save that keeps the person on the page. */
import { claimTab, type Draft, draftsOf, dropDraft, keepDraft, noteSubmitted } from "./drafts.ts";
import { type Outcome, savePage } from "./save.ts";

const DRAFT_DELAY_MS = 250;

const tab = await claimTab();
const editor = document.querySelector<HTMLFormElement>("#editor");
if (editor) startEditor(editor);
// A collision page submits without script. Its draft stays until the page shows that the merge was saved.
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-name]")) {
  if (form !== editor) form.addEventListener("submit", () => noteSubmitted(form.dataset.name!, tab));
}

function startEditor(form: HTMLFormElement): void {
  const name = form.dataset.name!;
  const url = new URL(form.dataset.page!, location.href).href;
  const text = form.querySelector<HTMLTextAreaElement>("#content")!;
  const tag = form.querySelector<HTMLInputElement>("input[name=tag]")!;
  const state = document.getElementById("state")!;
  const title = document.title;
  /** The text that the wiki has; `undefined` where the form was opened with a merge that is not saved yet. */
  let saved = form.dataset.unsaved === undefined ? text.value : undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSaving = false;
  /** True when the person asked for a save that has not been made yet. */
  let isWanted = false;
  let isKept = true;
  let isLeaving = false;

  const isDirty = () => text.value !== saved;
  const say = (words: string, kind = "") => {
    state.textContent = words;
    state.className = kind;
  };
  const keep = () => {
    clearTimeout(timer);
    if (isDirty()) isKept = keepDraft(name, tab, { content: text.value, tag: tag.value, at: Date.now() });
    else dropDraft(name, tab);
  };
  const mark = () => {
    document.title = isDirty() ? `• ${title}` : title;
  };
  const describe = () => {
    if (!isDirty()) say("");
    else if (isKept) say("Not saved yet. Your text is kept in this browser.");
    else say("Not saved yet. This browser keeps no drafts: save before you leave.", "failed");
  };

  text.addEventListener("input", () => {
    mark();
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (isSaving) return;
      keep();
      describe();
    }, DRAFT_DELAY_MS);
  });
  for (const event of ["pagehide", "visibilitychange"]) addEventListener(event, () => isDirty() && keep());
  // Ask before the page is left only where its text cannot be kept.
  addEventListener("beforeunload", (event) => {
    if (isDirty() && !isKept && !isLeaving) event.preventDefault();
  });

  /** Makes one save at a time. A save that is requested meanwhile follows, on the version that the first one made. */
  const save = async () => {
    if (!isDirty() && tag.value !== "" && !isSaving) return say("There is nothing to save.");
    isWanted = true;
    if (isSaving) return;
    keep();
    if (!navigator.onLine) return sayOffline();
    isSaving = true;
    while (isWanted && !isLeaving) {
      isWanted = false;
      say("Saving…");
      const sent = text.value;
      const outcome = await savePage(url, { content: saved ?? "", tag: tag.value }, sent);
      finish(outcome, sent);
      if (outcome.status === "failed") break;
      if (!isDirty()) isWanted = false;
    }
    isSaving = false;
  };
  const finish = (outcome: Outcome, sent: string) => {
    if (outcome.status === "collision") {
      // The server shows what both have written. It judges the same form once more.
      isLeaving = true;
      noteSubmitted(name, tab);
      return form.submit();
    }
    if (outcome.status === "saved") {
      saved = sent;
      tag.value = outcome.tag;
      form.querySelector(".hint .tag")!.textContent = `If-Match: ${outcome.tag}`;
      const leave = document.querySelector<HTMLAnchorElement>("#leave")!;
      leave.href = form.action;
      leave.textContent = "Back to the page";
      keep();
      mark();
      return say(isDirty() ? "Saved. You have changed the text since." : "Saved.", "saved");
    }
    isWanted = outcome.isLost;
    keep();
    return navigator.onLine ? say(outcome.words, "failed") : sayOffline();
  };
  const sayOffline = () => {
    const what = isWanted ? ", and is saved when you are back" : "";
    say(
      isKept ? `Offline. Your text is kept in this browser${what}.` : "Offline. Keep this page open.",
      "failed",
    );
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    save();
  });
  addEventListener("offline", sayOffline);
  // When the network comes back, save only what somebody asked to save.
  addEventListener("online", () => (isWanted ? save() : describe()));
  mark();
  if (isDirty()) keep();
  offerDrafts(name, ({ content, tag: draftTag }) => {
    text.value = content;
    // A draft keeps its old tag. So when it is saved, every change since then shows as a collision.
    tag.value = draftTag;
    mark();
    keep();
    say("Restored. Not saved yet.");
    text.focus();
  });

  async function offerDrafts(page: string, restore: (draft: Draft) => void): Promise<void> {
    for (const { tab: from, draft } of await draftsOf(page, tab)) {
      if (draft.content === text.value && draft.content === saved) dropDraft(page, from);
      else if (draft.content !== text.value) return offer(page, from, draft, restore);
    }
  }
}

/** Shows a text that was left unsaved, and asks what to do with it. */
function offer(page: string, from: string, draft: Draft, restore: (draft: Draft) => void): void {
  const box = document.getElementById("draft")!;
  const when = new Date(draft.at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const close = () => {
    box.hidden = true;
    box.replaceChildren();
  };
  box.replaceChildren(
    paragraph(`You left a text here that was not saved (${when}).`),
    button("Restore my text", () => {
      close();
      dropDraft(page, from);
      restore(draft);
    }),
    button("Discard it", () => {
      close();
      dropDraft(page, from);
    }),
  );
  box.hidden = false;
}

function paragraph(text: string): HTMLElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}

function button(text: string, onClick: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", onClick);
  return element;
}
