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
  changed
    ? html`<div class="alert">
  <h1 tabindex="-1" autofocus aria-describedby="what-happened">Not deleted: the page has changed</h1>
  <p id="what-happened">Somebody changed <strong><bdi>${name}</bdi></strong> after you had opened it. The new words are marked.</p>
</div>`
    : html`<div class="head"><h1>Delete <bdi>${name}</bdi>?</h1></div>`
}
<p>Its text stays in the history, so the page can be restored.</p>
<section class="sides one" aria-label="The text"><div class="side"><pre dir="auto" tabindex="0">${pieces.map((piece) => (piece.isChanged ? html`<ins>${piece.text}</ins>` : piece.text))}</pre></div></section>
<form method="post" action="${pageUrl(name, "delete")}">
  <input type="hidden" name="tag" value="${tag}">
  <div class="actions"><button class="danger">${changed ? "Delete it anyway" : "Delete it"}</button>
  <a class="button" href="${pageUrl(name)}">Keep it</a></div>
</form>`;
}
