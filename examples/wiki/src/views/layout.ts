import { html } from "hono/html";

/** Markup whose text has been escaped. */
export type Markup = ReturnType<typeof html>;

/** Names with more characters are set in smaller letters. */
const LONG_NAME = 60;

export interface Layout {
  title: string;
  body: Markup;
  /** Changes with the program, so that a deploy never combines new markup with an old style sheet. */
  build: string;
  /** Where the page's own script stands, if it has one. */
  script?: "editor" | undefined;
}

/** The heading that names a page, with a word about the view above it. */
export function pageHeading(name: string, above?: string): Markup {
  const size = name.length > LONG_NAME ? "page-name long" : "page-name";
  return html`<h1 class="${size}">${above && html`<span class="hint">${above}</span> `}<bdi>${name}</bdi></h1>`;
}

/** A whole document: the header, the page itself, and the panel with the live conversation. */
export function layout({ title, body, build, script }: Layout): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/assets/${build}/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/${build}/style.css">
<script type="module" src="/assets/${build}/page.js"></script>
${script && html`<script type="module" src="/assets/${build}/${script}.js"></script>`}
</head>
<body>
<a class="skip" href="#main">Skip to the page</a>
<header class="bar">
  <a class="brand" href="/">${mark()}<span>Tag Wiki</span></a>
  <form class="open" action="/open" method="get" role="search">
    <label class="hidden" for="open-name">Open or create a page</label>
    <input id="open-name" name="name" placeholder="Open or create a page" required autocomplete="off" dir="auto">
    <button class="quiet">Go</button>
  </form>
</header>
<div class="columns">
  <main id="main">${body}</main>
  <aside class="panel" aria-labelledby="panel-title">
    <details open>
      <summary><h2 id="panel-title">Conversation</h2><span class="total" id="total"></span></summary>
      <p class="hint">Each request, as the server saw it.</p>
      <ol id="exchanges" tabindex="0" aria-labelledby="panel-title"></ol>
      <noscript><p class="hint">The live view needs script. The wiki itself does not.</p></noscript>
    </details>
  </aside>
</div>
</body>
</html>`;
}

/** The logo of the wiki: a tag with its string. */
function mark(): Markup {
  return html`<svg class="mark" viewBox="0 0 24 24" aria-hidden="true"><path d="M12.6 3H20a1 1 0 0 1 1 1v7.4a2 2 0 0 1-.6 1.4l-7.6 7.6a2 2 0 0 1-2.8 0l-6.4-6.4a2 2 0 0 1 0-2.8l7.6-7.6a2 2 0 0 1 1.4-.6Z" fill="currentColor"/><circle cx="16.5" cy="7.5" r="1.6" fill="var(--paper)"/></svg>`;
}
