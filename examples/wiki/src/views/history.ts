import { html } from "hono/html";
import { markedAgainst } from "../merge.ts";
import { pageUrl } from "../names.ts";
import { type Markup, pageHeading } from "./layout.ts";
import { ago } from "./time.ts";

export interface Entry {
  version: string;
  savedAt: number;
}

/** Every earlier version of a page, the newest first. */
export function historyView(name: string, current: Entry | undefined, earlier: readonly Entry[]): Markup {
  return html`
<div class="head">
  ${pageHeading(name, "History of")}
  <nav class="tools" aria-label="This page"><a class="button" href="${pageUrl(name)}">Back to the page</a></nav>
</div>
<ol class="history" reversed>
${current && html`<li><span>${ago(current.savedAt)} <strong class="badge">Current</strong></span> <code class="tag">"${current.version}"</code></li>`}
${!current && html`<li><span>${earlier.length > 0 ? "The page is deleted. Choose a version to restore it." : "There is no page with this name yet."}</span></li>`}
${earlier.map(
  ({ version, savedAt }) =>
    html`<li><a href="${pageUrl(name, `history/${encodeURIComponent(version)}`)}">${ago(savedAt)}</a> <code class="tag">"${version}"</code></li>`,
)}
</ol>
${current && earlier.length === 0 && html`<p class="hint">The page has no earlier versions.</p>`}`;
}

/** One earlier version, and the button that makes it the current one again. */
export function revisionView(
  name: string,
  revision: Entry & { content: string },
  now: string,
  tag: string,
): Markup {
  const pieces = markedAgainst(now, revision.content);
  return html`
<div class="head">
  ${pageHeading(name, "Earlier version of")}
  <nav class="tools" aria-label="This page"><a class="button" href="${pageUrl(name, "history")}">Back to the history</a></nav>
</div>
<p class="hint">Saved ${ago(revision.savedAt)}. Words that the page does not have now are marked.</p>
<section class="sides one" aria-label="The text"><div class="side"><pre dir="auto" tabindex="0">${pieces.map((piece) => (piece.isChanged ? html`<ins>${piece.text}</ins>` : piece.text))}</pre></div></section>
<form method="post" action="${pageUrl(name)}">
  <input type="hidden" name="tag" value="${tag}">
  <textarea name="content" hidden aria-label="The earlier text">
${revision.content}</textarea>
  <div class="actions"><button class="primary">Restore this version</button></div>
</form>`;
}
