import { html } from "hono/html";
import { pageUrl } from "../names.ts";
import type { Markup } from "./layout.ts";
import { ago } from "./time.ts";

export interface Listed {
  name: string;
  lastModified: number | undefined;
}

/** The first page: three sentences that say what to try, and the list of pages. */
export function startView(pages: readonly Listed[], tryPage: string, next: string | undefined): Markup {
  return html`
<section class="hero">
  <h1>Two people, one page, no lost edit</h1>
  <ol class="steps">
    <li>Open one page in two windows, and change it in both.</li>
    <li><span>Save in one, then in the other: the second save is a <strong>mid-air collision</strong>, and no text is lost.</span></li>
    <li>Reload a page, and watch the conversation: a page that your browser already has is not sent again.</li>
  </ol>
  <p class="actions">
    <a class="button primary" href="${pageUrl(tryPage, "edit")}"><span>Edit “<bdi>${tryPage}</bdi>” here</span></a>
    <a class="button" id="second" href="${pageUrl(tryPage, "edit")}" target="_blank">Open the second window</a>
  </p>
</section>
<section aria-labelledby="pages-title">
  <h2 id="pages-title">Pages</h2>
  ${pages.length === 0 ? html`<p class="hint">There are no pages yet. Type a name above to create one.</p>` : list(pages)}
  ${next && morePages(next)}
</section>`;
}

/** A later part of the list of pages. */
export function laterPagesView(pages: readonly Listed[], after: string, next: string | undefined): Markup {
  return html`
<div class="head"><h1 class="page-name"><span class="hint">Pages after</span> <bdi>${after}</bdi></h1></div>
${pages.length === 0 ? html`<p class="hint">There are no more pages.</p>` : list(pages)}
<p class="actions"><a class="button" href="/">First pages</a>${next && moreLink(next)}</p>`;
}

function morePages(next: string): Markup {
  return html`<p class="actions">${moreLink(next)}</p>`;
}

function moreLink(next: string): Markup {
  return html`<a class="button" href="/?after=${encodeURIComponent(next)}" rel="next">More pages</a>`;
}

function list(pages: readonly Listed[]): Markup {
  return html`<ul class="pages">${pages.map(
    ({ name, lastModified }) =>
      html`<li><a href="${pageUrl(name)}"><bdi>${name}</bdi></a> ${lastModified && html`<small>${ago(lastModified)}</small>`}</li>`,
  )}</ul>`;
}
