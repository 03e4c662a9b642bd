import { html } from "hono/html";
import { markedAgainst } from "../merge.ts";
import { pageUrl } from "../names.ts";
import type { Markup } from "./layout.ts";

/** Asks once before a page is deleted. `before`: the text that its reader had seen, if it has changed since. */
export function deleteView(name: string, content: string, tag: string, before?: string): Markup {
  const changed = before !== undefined;
  const pieces = markedAgainst(before ?? content, content);
  return html`
${
  changed &&
  html`<div class="alert" role="alert"><p>Somebody changed this page after you had opened it. It was not deleted.
The new words are marked.</p></div>`
}
<h1>Delete ${name}?</h1>
<p>Its text stays in the history, so the page can be restored.</p>
<section class="sides one"><div class="side"><pre>${pieces.map((piece) => (piece.isChanged ? html`<ins>${piece.text}</ins>` : piece.text))}</pre></div></section>
<form method="post" action="${pageUrl(name, "delete")}">
  <input type="hidden" name="tag" value="${tag}">
  <div class="actions"><button class="danger">${changed ? "Delete it all the same" : "Delete it"}</button>
  <a class="button" href="${pageUrl(name)}">Keep it</a></div>
</form>`;
}
