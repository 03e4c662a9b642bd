import { html, raw } from "hono/html";
import { renderMarkdown } from "../markdown.ts";
import { pageUrl } from "../names.ts";
import { type Markup, pageHeading } from "./layout.ts";
import { ago } from "./time.ts";

/** The page as its readers see it. */
export function readView(name: string, content: string, savedAt: number | undefined, tag: string): Markup {
  return html`
<div class="head">
  ${pageHeading(name)}
  <nav class="tools" aria-label="This page">
    <a class="button primary" href="${pageUrl(name, "edit")}">Edit</a>
    <a class="button" href="${pageUrl(name, "history")}">History</a>
    <a class="button" href="${pageUrl(name, "delete")}">Delete</a>
  </nav>
</div>
<article class="prose" dir="auto">${raw(renderMarkdown(content))}</article>
<footer class="about">${savedAt && html`Saved ${ago(savedAt)} · `}<code class="tag">${tag}</code></footer>`;
}

/** The view for a name that has no page. */
export function missingView(name: string): Markup {
  return html`
<div class="head">${pageHeading(name)}</div>
<p class="lead">There is no page with this name yet.</p>
<p class="actions"><a class="button primary" href="${pageUrl(name, "edit")}">Create it</a>
<a class="button" href="${pageUrl(name, "history")}">History</a></p>`;
}

/** A refusal or a failure in words, with one way to go on. */
export function noticeView(title: string, text: string, href: string, link: string): Markup {
  return html`<div class="head"><h1>${title}</h1></div><p class="lead">${text}</p><p class="actions"><a class="button primary" href="${href}">${link}</a></p>`;
}
