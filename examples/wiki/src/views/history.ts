import { html } from "hono/html";
import { markedAgainst } from "../merge.ts";
import { pageUrl } from "../names.ts";
import type { Markup } from "./layout.ts";
import { ago } from "./time.ts";

export interface Entry {
  version: string;
  savedAt: number;
}

/** Every earlier version of a page, the newest first. */
export function historyView(name: string, current: Entry | undefined, earlier: readonly Entry[]): Markup {
  return html`
<nav class="tools" aria-label="This page"><a class="button" href="${pageUrl(name)}">Back to the page</a></nav>
<h1 class="page-name"><span class="hint">History of</span> ${name}</h1>
<ol class="history">
${current ? html`<li><strong>Current</strong> ${ago(current.savedAt)} <code class="tag">"${current.version}"</code></li>` : html`<li>The page is deleted.</li>`}
${earlier.map(
  ({ version, savedAt }) =>
    html`<li><a href="${pageUrl(name, `history/${encodeURIComponent(version)}`)}">${ago(savedAt)}</a> <code class="tag">"${version}"</code></li>`,
)}
</ol>
${earlier.length === 0 && html`<p class="hint">The page has no earlier versions.</p>`}`;
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
<nav class="tools" aria-label="This page"><a class="button" href="${pageUrl(name, "history")}">Back to the history</a></nav>
<h1 class="page-name"><span class="hint">Earlier version of</span> ${name}</h1>
<p class="hint">Saved ${ago(revision.savedAt)}. Words that the page does not have now are marked.</p>
<section class="sides one"><div class="side"><pre>${pieces.map((piece) => (piece.isChanged ? html`<ins>${piece.text}</ins>` : piece.text))}</pre></div></section>
<form method="post" action="${pageUrl(name)}">
  <input type="hidden" name="tag" value="${tag}">
  <textarea name="content" hidden aria-label="The earlier text">
${revision.content}</textarea>
  <div class="actions"><button class="primary">Restore this version</button></div>
</form>`;
}
