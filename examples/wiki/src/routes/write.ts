import { opaque, parseTag, versionTag } from "@entity-tag/core";
import type { Versioned } from "@entity-tag/store";
import { FORM_CONDITION } from "../conversation/record.ts";
import { type Choice, conflictsOf, mergedText, mergeTexts } from "../merge.ts";
import { pageUrl } from "../names.ts";
import { revisionOf } from "../revisions.ts";
import { saveForm } from "../save.ts";
import type { Page, Storage } from "../storage.ts";
import { collisionView, deletedView } from "../views/collision.ts";
import { deleteView } from "../views/delete.ts";
import { editView } from "../views/edit.ts";
import { noticeView } from "../views/read.ts";
import { redirect, show } from "./respond.ts";

/** The longest text of a page, in characters. */
export const MAX_CONTENT = 256 * 1024;

/** A form of this wiki, and the page that it is about. */
export interface Submission {
  storage: Storage;
  name: string;
  url: string;
  form: FormData;
}

/** `POST /wiki/:name`: saves the text of the form, or shows the collision. */
export async function save(
  it: Submission,
  mine = field(it, "content"),
  tag = field(it, "tag"),
): Promise<Response> {
  const { storage, name, url } = it;
  if (mine.length > MAX_CONTENT) return refused(name, 413, "The text is too long. Split the page.");
  const answer = await saveForm(storage.pages, { url, name, tag, content: mine });
  if (answer.ok) return redirect(`${pageUrl(name)}`, conditionOf(answer));
  if (answer.status === 412) return collision(it, tag, mine, answer);
  return refused(name, answer.status, await detailOf(answer));
}

/** `POST /wiki/:name/merge`: what the person chose on the page that shows a collision. */
export async function merge(it: Submission): Promise<Response> {
  const { storage, name, form } = it;
  const act = form.get("act");
  if (act === "theirs") return redirect(pageUrl(name));
  const mine = field(it, "mine");
  const theirsTag = field(it, "tag");
  if (act === "overwrite") return save(it, mine, theirsTag);
  const base = (await textOf(storage, name, field(it, "base"))) ?? "";
  const theirs = await textOf(storage, name, theirsTag);
  // If even the history lacks their version, somebody has changed the storage by hand. Then the text is saved as it is.
  const regions = theirs === undefined ? [{ text: mine }] : mergeTexts(base, theirs, mine);
  const merged = mergedText(regions, choicesOf(form, conflictsOf(regions)));
  if (act !== "edit") return save(it, merged, theirsTag);
  const note = "This is the merge of both texts. Nothing is saved yet.";
  const body = editView({ name, content: merged, tag: theirsTag, note });
  return show({ title: `Editing ${name}`, body, script: "editor" }, 200, { "Cache-Control": "no-store" });
}

/** `POST /wiki/:name/delete`: deletes the version that the person saw, or asks once more about the newer one. */
export async function remove(it: Submission): Promise<Response> {
  const { storage, name, url } = it;
  const tag = field(it, "tag");
  const before = await textOf(storage, name, tag);
  const answer = await saveForm(storage.pages, { url, name, tag, content: null });
  if (answer.ok || answer.status === 404) return redirect("/", conditionOf(answer));
  const page = await storage.pages.read(name);
  if (answer.status !== 412) return refused(name, answer.status, await detailOf(answer));
  if (!page) return redirect("/", conditionOf(answer));
  const body = deleteView(name, page.value.content, versionTag(page.version), before ?? "");
  return show({ title: `Delete ${name}?`, body }, 412, own(answer));
}

async function collision(it: Submission, baseTag: string, mine: string, answer: Response): Promise<Response> {
  const { storage, name } = it;
  const page = await storage.pages.read(name);
  // A form that creates a page was sent twice: the page already exists, with this text.
  if (page && baseTag === "" && page.value.content === mine)
    return redirect(pageUrl(name), conditionOf(answer));
  if (!page) return show({ title: `${name} was deleted`, body: deletedView(name, mine) }, 412, own(answer));
  const base = baseTag === "" ? undefined : await textOf(storage, name, baseTag);
  const body = collisionView({ name, baseTag, mine, base, ...theirsOf(page, base ?? "", mine) });
  return show({ title: `Collision on ${name}`, body, script: "editor" }, 412, own(answer));
}

function theirsOf({ value, version }: Versioned<Page>, base: string, mine: string) {
  const regions = mergeTexts(base, value.content, mine);
  return { theirs: value.content, theirsTag: versionTag(version), regions, conflicts: conflictsOf(regions) };
}

/** The text of the version that a tag names: the current one, or one of the history. */
async function textOf({ pages, revisions }: Storage, name: string, tag: string): Promise<string | undefined> {
  const parsed = parseTag(tag);
  if (parsed === undefined) return undefined;
  const version = opaque(parsed);
  const page = await pages.read(name);
  if (page?.version === version) return page.value.content;
  return (await revisionOf(revisions, name, version))?.content;
}

function choicesOf(form: FormData, conflicts: number): (Choice | undefined)[] {
  return Array.from({ length: conflicts }, (_, index) => {
    const choice = form.get(`choice-${index}`);
    return choice === "theirs" || choice === "mine" || choice === "both" ? choice : undefined;
  });
}

/** A field of the form. Browsers send line ends as CRLF, and this makes them LF again. */
function field({ form }: Submission, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.replaceAll("\r\n", "\n") : "";
}

function refused(name: string, status: number, text: string): Promise<Response> {
  const body = noticeView("Not saved", text, pageUrl(name, "edit"), "Back to the editor");
  return show({ title: "Not saved", body }, status);
}

async function detailOf(answer: Response): Promise<string> {
  const { detail } = await answer.json().catch(() => ({ detail: undefined }));
  return typeof detail === "string"
    ? detail
    : `The wiki answered ${answer.status}. Read the page to see what it is now.`;
}

function conditionOf(answer: Response): Headers {
  return new Headers(own(answer));
}

function own(answer: Response): Record<string, string> {
  return { [FORM_CONDITION]: answer.headers.get(FORM_CONDITION) ?? "" };
}
