import { html } from "hono/html";
import { markedAgainst, type Piece, type Region } from "../merge.ts";
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
<div class="alert" role="alert">
  <h1>Mid-air collision</h1>
  <p>Somebody ${base === undefined ? "created" : "saved"} <strong>${name}</strong> while you were writing. Nothing is lost:
     both texts are here. ${conflicts === 0 ? "They fit together without a conflict." : conflictCount(conflicts)}</p>
</div>
<section class="sides" aria-label="The three versions">
  ${side("Before", "The text that both of you started from", plain(base ?? ""))}
  ${side("Theirs", "Saved now", markedAgainst(base ?? "", theirs))}
  ${side("Mine", "Not saved yet", markedAgainst(base ?? "", mine))}
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
    "text" in region ? html`<pre class="agreed">${region.text}</pre>` : choice(region, conflict++),
  );
  return html`
<form class="merge" id="merge" method="post" action="${pageUrl(name, "merge")}" data-name="${name}">
  <h2>The merge</h2>
  <input type="hidden" name="base" value="${baseTag}">
  <input type="hidden" name="tag" value="${theirsTag}">
  <textarea name="mine" hidden aria-label="Your text">
${mine}</textarea>
  <div class="merged">${parts}</div>
  <div class="actions">
    <button class="primary" name="act" value="save">Save the merge</button>
    <button name="act" value="edit" formnovalidate>Edit the merge first</button>
    <button name="act" value="overwrite" formnovalidate>Overwrite theirs</button>
    <button name="act" value="theirs" formnovalidate id="take-theirs">Take theirs</button>
  </div>
  <p class="hint">Each of these saves on top of <code class="tag">${theirsTag}</code>, and only if that is still the current version.</p>
</form>`;
}

function choice({ theirs, mine }: { theirs: string; mine: string }, index: number): Markup {
  const option = (value: string, label: string, text: string) => html`
    <label class="option"><input type="radio" name="choice-${index}" value="${value}" required>
      <span>${label}</span>${text !== "" ? html`<pre>${text}</pre>` : html`<pre class="empty">(nothing)</pre>`}</label>`;
  return html`<fieldset><legend>Conflict ${index + 1}: choose</legend>
    ${option("theirs", "Theirs", theirs)}${option("mine", "Mine", mine)}
    ${theirs !== "" && mine !== "" && html`<label class="option"><input type="radio" name="choice-${index}" value="both" required> <span>Both, theirs first</span></label>`}
  </fieldset>`;
}

function side(title: string, hint: string, pieces: readonly Piece[]): Markup {
  return html`<div class="side"><h2>${title}</h2><p class="hint">${hint}</p><pre>${pieces.map(
    ({ text, isChanged }) => (isChanged ? html`<ins>${text}</ins>` : text),
  )}</pre></div>`;
}

function plain(text: string): Piece[] {
  return [{ text, isChanged: false }];
}

/** The page was deleted while somebody edited it. */
export function deletedView(name: string, mine: string): Markup {
  return html`
<div class="alert" role="alert"><h1>Deleted meanwhile</h1>
<p>Somebody deleted <strong>${name}</strong> while you were writing. Your text is still here.</p></div>
<section class="sides one">${side("Mine", "Not saved yet", plain(mine))}</section>
<form method="post" action="${pageUrl(name)}" data-name="${name}">
  <input type="hidden" name="tag" value="">
  <textarea name="content" hidden aria-label="Your text">
${mine}</textarea>
  <div class="actions"><button class="primary">Create it again with my text</button>
  <a class="button" href="${pageUrl(name, "history")}">See its history</a></div>
</form>`;
}
