import { html, raw } from "hono/html";
import { markedAgainst, markedAgainstBoth, type Piece, type Region } from "../merge.ts";
import { pageUrl } from "../names.ts";
import type { Markup } from "./layout.ts";

export interface Collision {
  name: string;
  /** The text that both were made from; `undefined`: there was none, or it is not known. */
  base: string | undefined;
  baseTag: string;
  theirs: string;
  theirsTag: string;
  mine: string;
  regions: readonly Region[];
  conflicts: number;
}

/** Two people changed one page: what each of them did, and the merge, with a choice for each conflict. */
export function collisionView(it: Collision): Markup {
  const { name, base, theirs, mine, conflicts } = it;
  return html`
<div class="alert">
  <h1 tabindex="-1" autofocus aria-describedby="what-happened">Mid-air collision</h1>
  <p id="what-happened">Somebody ${base === undefined ? "created" : "saved"} <strong><bdi>${name}</bdi></strong> while you were writing. Nothing is lost:
     both texts are here. ${conflicts === 0 ? "They fit together without a conflict." : conflictCount(conflicts)}</p>
</div>
<section class="sides" aria-label="The three versions">
  ${side("before", "Before", "You both started here", "del", markedAgainstBoth([theirs, mine], base ?? ""))}
  ${side("theirs", "Theirs", "Saved already", "ins", markedAgainst(base ?? "", theirs))}
  ${side("mine", "Mine", "Not saved yet", "ins", markedAgainst(base ?? "", mine))}
</section>
${mergeForm(it)}`;
}

function conflictCount(conflicts: number): string {
  return conflicts === 1
    ? "One place was changed by both of you."
    : `${conflicts} places were changed by both of you.`;
}

function mergeForm({ name, baseTag, theirsTag, mine, regions }: Collision): Markup {
  let conflict = 0;
  const parts = regions.map((region) =>
    "text" in region ? html`<pre class="agreed" dir="auto">${region.text}</pre>` : choice(region, conflict++),
  );
  return html`
<form class="merge" id="merge" method="post" action="${pageUrl(name, "merge")}" autocomplete="off" data-name="${name}">
  <h2>The merge</h2>
  <input type="hidden" name="base" value="${baseTag}">
  <input type="hidden" name="tag" value="${theirsTag}">
  <textarea name="mine" hidden aria-label="Your text">
${mine}</textarea>
  <div class="merged">${parts}</div>
  <div class="actions">
    <button class="primary" name="act" value="save">Save the merge</button>
    <button name="act" value="edit" formnovalidate>Edit the merge first</button>
    <button name="act" value="theirs" formnovalidate id="take-theirs">Take theirs</button>
    <button class="danger" name="act" value="overwrite" formnovalidate>Overwrite theirs</button>
  </div>
  <p class="hint">“Save” and “Overwrite” replace the version <code class="tag">${theirsTag}</code> and no other. If somebody
    saves again before you, you see that as well.</p>
</form>`;
}

function choice({ theirs, mine }: { theirs: string; mine: string }, index: number): Markup {
  const option = (value: string, label: string, text?: string) => html`
    <label class="option ${value}"><input type="radio" name="choice-${index}" value="${value}" required>
      <span>${label}</span>${text !== undefined && html`<pre dir="auto" ${text === "" && raw('class="empty"')}>${text || "(nothing)"}</pre>`}</label>`;
  return html`<fieldset><legend>Conflict ${index + 1}: choose</legend>
    ${option("theirs", "Theirs", theirs)}${option("mine", "Mine", mine)}
    ${theirs !== "" && mine !== "" && option("both", "Both, theirs first")}
  </fieldset>`;
}

/** One of the three texts, with the words marked that the others do not have. */
function side(
  which: string,
  title: string,
  hint: string,
  mark: "ins" | "del",
  pieces: readonly Piece[],
): Markup {
  const marked = (text: string) => (mark === "ins" ? html`<ins>${text}</ins>` : html`<del>${text}</del>`);
  return html`<div class="side ${which}"><h2>${title}</h2><p class="hint">${hint}</p><pre dir="auto" tabindex="0">${pieces.map(
    ({ text, isChanged }) => (isChanged ? marked(text) : text),
  )}</pre></div>`;
}

/** The page was deleted while somebody edited it. */
export function deletedView(name: string, mine: string): Markup {
  return html`
<div class="alert">
  <h1 tabindex="-1" autofocus aria-describedby="what-happened">Deleted meanwhile</h1>
  <p id="what-happened">Somebody deleted <strong><bdi>${name}</bdi></strong> while you were writing. Your text is still here.</p>
</div>
<section class="sides one" aria-label="Your text">${side("mine", "Mine", "Not saved yet", "ins", [{ text: mine, isChanged: false }])}</section>
<form method="post" action="${pageUrl(name)}" autocomplete="off" data-name="${name}">
  <input type="hidden" name="tag" value="">
  <textarea name="content" hidden aria-label="Your text">
${mine}</textarea>
  <div class="actions"><button class="primary">Create it again with my text</button>
  <a class="button" href="${pageUrl(name, "history")}">See its history</a></div>
</form>`;
}
