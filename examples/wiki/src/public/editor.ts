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
  let saved = text.value;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSaving = false;
  let isWaiting = false;

  const isDirty = () => text.value !== saved;
  const say = (words: string, kind = "") => {
    state.textContent = words;
    state.className = kind;
  };
  const keep = () => {
    clearTimeout(timer);
    if (isDirty()) return keepDraft(name, tab, { content: text.value, tag: tag.value, at: Date.now() });
    dropDraft(name, tab);
    return true;
  };
  const mark = () => {
    document.title = isDirty() ? `• ${title}` : title;
  };

  text.addEventListener("input", () => {
    mark();
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (isSaving) return;
      const isKept = keep();
      if (!isDirty()) say("");
      else if (isKept) say("Not saved yet. Your text is kept in this browser.");
      else say("Not saved yet. This browser keeps no drafts: save before you leave.", "failed");
    }, DRAFT_DELAY_MS);
  });
  for (const event of ["pagehide", "visibilitychange"]) addEventListener(event, () => isDirty() && keep());

  const save = async () => {
    if (isSaving) {
      isWaiting = true;
      return;
    }
    isSaving = true;
    keep();
    say("Saving…");
    const sent = text.value;
    const outcome = await savePage(url, { content: saved, tag: tag.value }, sent);
    isSaving = false;
    finish(outcome, sent);
    if (isWaiting && outcome.status === "saved") {
      isWaiting = false;
      if (isDirty()) await save();
    }
  };
  const finish = (outcome: Outcome, sent: string) => {
    if (outcome.status === "collision") {
      // The server shows what both have written. It judges the same form once more.
      noteSubmitted(name, tab);
      return form.submit();
    }
    if (outcome.status === "saved") {
      saved = sent;
      tag.value = outcome.tag;
      form.querySelector(".hint .tag")!.textContent = `If-Match: ${outcome.tag}`;
      keep();
      mark();
      const leave = document.querySelector<HTMLAnchorElement>("#leave")!;
      leave.href = form.action;
      return say(isDirty() ? "Saved. You have changed the text since." : "Saved.", "saved");
    }
    return say(outcome.words, "failed");
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
  addEventListener("offline", () => say("Offline. Your text is kept in this browser.", "failed"));
  addEventListener("online", () => isDirty() && save());
  offerDrafts(name, ({ content, tag: draftTag }) => {
    text.value = content;
    // Saved under the tag it was made from, an old text meets every change since as a collision.
    tag.value = draftTag;
    mark();
    keep();
    say("Restored. Not saved yet.");
    text.focus();
  });

  async function offerDrafts(page: string, restore: (draft: Draft) => void): Promise<void> {
    for (const { tab: from, draft } of await draftsOf(page, tab)) {
      if (draft.content === text.value) dropDraft(page, from);
      else return offer(page, from, draft, restore);
    }
  }
}

/** Shows that a text was left behind, and asks what shall become of it. */
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
