import { html, raw } from "hono/html";
import { pageUrl } from "../names.ts";
import { type Markup, pageHeading } from "./layout.ts";

export interface EditForm {
  name: string;
  content: string;
  /** The tag of the version that the text was made from; empty where no page exists yet. */
  tag: string;
  /** Explains the text in the form, if it is not the stored text. */
  note?: string | undefined;
}

/**
 * The editor: one form that saves on condition of the tag it was opened with.
 *
 * A browser that reloads a form fills in the previous text. The form would then have an old text with a new tag, and
 * saving it would undo the changes of others. So the form forbids that. A text that was not saved is offered instead.
 */
export function editView({ name, content, tag, note }: EditForm): Markup {
  return html`
<div class="head">${pageHeading(name, tag === "" ? "New page" : "Editing")}</div>
${note && html`<p class="note">${note}</p>`}
<div id="draft" class="note" role="status" hidden></div>
<form id="editor" class="editor" method="post" action="${pageUrl(name)}" autocomplete="off" data-name="${name}" data-page="/pages/${encodeURIComponent(name)}"${note && raw(" data-unsaved")}>
  <input type="hidden" name="tag" value="${tag}">
  <label for="content">Text, in Markdown</label>
  <textarea id="content" name="content" rows="20" spellcheck="true" dir="auto" autofocus>
${content}</textarea>
  <div class="actions">
    <button class="primary" id="save">Save</button>
    <a class="button" id="leave" href="${tag === "" ? "/" : pageUrl(name)}">${tag === "" ? "Back to the start" : "Back to the page"}</a>
    <span id="state" role="status" aria-live="polite"></span>
  </div>
  <p class="hint">${
    tag === ""
      ? html`Saves only if nobody has created the page in the meantime: <code class="tag">If-None-Match: *</code>`
      : html`Saves only if the page is still the version that you opened: <code class="tag">If-Match: ${tag}</code>`
  }</p>
</form>`;
}
