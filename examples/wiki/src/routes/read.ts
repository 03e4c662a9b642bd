import { strong, versionTag } from "@entity-tag/core";
import { conditional } from "@entity-tag/core/fetch";
import { BUILD } from "../assets.ts";
import { revisionOf, revisionsOf } from "../revisions.ts";
import type { Storage } from "../storage.ts";
import { deleteView } from "../views/delete.ts";
import { editView } from "../views/edit.ts";
import { historyView, revisionView } from "../views/history.ts";
import { missingView, readView } from "../views/read.ts";
import { show } from "./respond.ts";

/**
 * `/wiki/:name`: the page as HTML, revalidated.
 *
 * Its tag names the version of the text and the build of the program. A new build renders the page again and refers to
 * new assets, so a copy from an older build must not be confirmed by a 304.
 */
export async function read({ pages }: Storage, name: string, request: Request): Promise<Response> {
  const page = await pages.read(name);
  const etag = page && strong(`${page.version}.${BUILD}`);
  // Everybody may read and write here. A wiki with private pages would return a 403 from `current`.
  const current = etag && { etag };
  const answer = conditional(
    () =>
      page
        ? show({
            title: name,
            body: readView(name, page.value.content, page.lastModified, versionTag(page.version)),
          })
        : show({ title: `${name} (no page yet)`, body: missingView(name) }, 404),
    { current: () => current, headers: { "Cache-Control": "no-cache" } },
  );
  return answer(request);
}

/** `/wiki/:name/edit`: the text in a form, with the tag of the version that it is. */
export async function edit({ pages }: Storage, name: string): Promise<Response> {
  const page = await pages.read(name);
  const tag = page ? versionTag(page.version) : "";
  const body = editView({ name, content: page?.value.content ?? "", tag });
  return show({ title: `Editing ${name}`, body, script: "editor" }, 200, { "Cache-Control": "no-store" });
}

/** `/wiki/:name/delete`: asks before the page is deleted. */
export async function confirmDelete({ pages }: Storage, name: string): Promise<Response> {
  const page = await pages.read(name);
  if (!page) return show({ title: `${name} (no page)`, body: missingView(name) }, 404);
  const body = deleteView(name, page.value.content, versionTag(page.version));
  return show({ title: `Delete ${name}?`, body }, 200, { "Cache-Control": "no-store" });
}

/** `/wiki/:name/history`: the earlier versions. */
export async function history({ pages, revisions }: Storage, name: string): Promise<Response> {
  const page = await pages.read(name);
  const current = page && { version: page.version, savedAt: page.lastModified ?? 0 };
  const earlier = await revisionsOf(revisions, name);
  return show({ title: `History of ${name}`, body: historyView(name, current ?? undefined, earlier) });
}

/** `/wiki/:name/history/:version`: one earlier version, with a button that restores it. */
export async function revision(
  { pages, revisions }: Storage,
  name: string,
  version: string,
): Promise<Response> {
  const found = await revisionOf(revisions, name, version);
  if (!found) return show({ title: `${name} (no such version)`, body: missingView(name) }, 404);
  const page = await pages.read(name);
  const tag = page ? versionTag(page.version) : "";
  return show({
    title: `Earlier version of ${name}`,
    body: revisionView(name, found, page?.value.content ?? "", tag),
  });
}
