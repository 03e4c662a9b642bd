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
  <p class="lead">Open the same page in two windows and change it in both.
    Save in one window, then save in the other: the second save meets a <strong>mid-air collision</strong> and loses nothing.
    Reload a page and watch the conversation: what your browser already has is not sent again.</p>
  <p class="actions">
    <a class="button primary" href="${pageUrl(tryPage, "edit")}">Edit “${tryPage}” here</a>
    <a class="button" id="second" href="${pageUrl(tryPage, "edit")}" target="_blank">Open the second window</a>
  </p>
</section>
<section aria-labelledby="pages-title">
  <h2 id="pages-title">Pages</h2>
  ${pages.length === 0 ? html`<p class="hint">There are no pages here. Type a name above to create one.</p>` : list(pages)}
  ${next && html`<p><a class="button" href="/?after=${encodeURIComponent(next)}" rel="next">More pages</a></p>`}
</section>`;
}

function list(pages: readonly Listed[]): Markup {
  return html`<ul class="pages">${pages.map(
    ({ name, lastModified }) =>
      html`<li><a href="${pageUrl(name)}">${name}</a> ${lastModified && html`<small>${ago(lastModified)}</small>`}</li>`,
  )}</ul>`;
}
