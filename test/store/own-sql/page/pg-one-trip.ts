import { isWeak, opaque, parseTagList, versionTag } from "@entity-tag/core";
import { checkPreconditions, preconditionFailed } from "@entity-tag/core/fetch";
import type { Pool } from "pg";
import { pgPages } from "./pg.ts";
import { stateOf, writePage } from "./write-page.ts";

/** Answers a PUT of one page. */
export async function putPage(request: Request, pool: Pool, id: string): Promise<Response> {
  const tags = parseTagList(request.headers.get("If-Match"));
  if (!Array.isArray(tags) || request.headers.has("If-None-Match"))
    return writePage(request, pgPages(pool), id);
  const text = await request.text();
  const version = crypto.randomUUID();
  const judged = tags.filter((tag) => !isWeak(tag)).map(opaque);
  const update = "UPDATE pages SET text = $3, version = $4 WHERE id = $1 AND version = ANY($2)";
  const { rowCount } = await pool.query(update, [id, judged, text, version]);
  if (rowCount === 1) return Response.json({ text }, { headers: { ETag: versionTag(version) } });
  const current = stateOf(await pgPages(pool).read(id));
  return checkPreconditions(request, current) ?? preconditionFailed(current);
}
