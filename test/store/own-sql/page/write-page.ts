import { type Current, versionTag } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";

export interface Page {
  text: string;
  version: string;
}

export interface Pages {
  read(id: string): Promise<Page | null>;
  /** Expected null: no such row yet. Next null: delete. False: the row was not as expected, nothing was written. */
  write(id: string, expected: string | null, next: Page | null): Promise<boolean>;
}

/** Answers a PUT or a DELETE of one page. */
export async function writePage(request: Request, pages: Pages, id: string): Promise<Response> {
  const next =
    request.method === "DELETE" ? null : { text: await request.text(), version: crypto.randomUUID() };
  for (let attempt = 0; attempt < 10; attempt++) {
    const page = await pages.read(id);
    // Some drivers repeat a statement whose answer was lost. The repetition finds no row, because the first one was
    // made.
    if (next && page?.version === next.version) return written(200, next);
    const refusal = checkPreconditions(request, stateOf(page), { require: true });
    if (refusal) return refusal;
    if (!page && !next) return new Response(null, { status: 404 });
    if (await pages.write(id, page?.version ?? null, next)) return written(page ? 200 : 201, next);
  }
  return new Response(null, { status: 503, headers: { "Retry-After": "1" } });
}

export function stateOf(page: Page | null): Current {
  return page && { etag: versionTag(page.version) };
}

function written(status: number, page: Page | null): Response {
  if (!page) return new Response(null, { status: 204 });
  return Response.json({ text: page.text }, { status, headers: { ETag: versionTag(page.version) } });
}
