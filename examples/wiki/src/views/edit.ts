import { html } from "hono/html";
import { pageUrl } from "../names.ts";
import type { Markup } from "./layout.ts";

export interface EditForm {
  name: string;
  content: string;
  /** The tag of the version that the text was made from; empty where no page exists yet. */
  tag: string;
  /** Says what the text in the form is, when it is not simply the stored one. */
  note?: string | undefined;
}

/** The editor: one form that saves on condition of the tag it was opened with. */
export function editView({ name, content, tag, note }: EditForm): Markup {
  return html`
<h1 class="page-name"><span class="hint">${tag === "" ? "New page" : "Editing"}</span> ${name}</h1>
${note && html`<p class="note">${note}</p>`}
<div id="draft" class="note" hidden></div>
<form id="editor" class="editor" method="post" action="${pageUrl(name)}" data-name="${name}" data-page="/pages/${encodeURIComponent(name)}">
  <input type="hidden" name="tag" value="${tag}">
  <label for="content">Text, in Markdown</label>
  <textarea id="content" name="content" rows="20" spellcheck="true" autofocus>
${content}</textarea>
  <div class="actions">
    <button class="primary" id="save">Save</button>
    <a class="button" id="leave" href="${tag === "" ? "/" : pageUrl(name)}">Back to the page</a>
    <span id="state" role="status" aria-live="polite"></span>
  </div>
  <p class="hint">Saves only if the page is still the version that you opened: ${
    tag === ""
      ? html`<code class="tag">If-None-Match: *</code>`
      : html`<code class="tag">If-Match: ${tag}</code>`
  }</p>
</form>`;
}
