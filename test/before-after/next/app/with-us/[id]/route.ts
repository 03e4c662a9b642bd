import { versionTag } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import { route } from "@entity-tag/next";
import { type Page, pageOf, save } from "../../../page.ts";

type Context = { params: Promise<{ id: string }> };

const stateOf = (page: Page) => ({ etag: versionTag(page.version) });

async function read(_: Request, { params }: Context): Promise<Response> {
  return new Response(pageOf((await params).id).text);
}

async function write(request: Request, { params }: Context): Promise<Response> {
  const text = await request.text();
  const page = pageOf((await params).id);
  // Another client may have saved while the text arrived: judge again, in one step with the write.
  const refusal = checkPreconditions(request, stateOf(page));
  if (refusal) return refusal;
  save(page, text);
  return new Response(null, { status: 204, headers: { ETag: stateOf(page).etag } });
}

export const { GET, PUT } = route(
  { GET: read, PUT: write },
  { current: async (_, { params }) => stateOf(pageOf((await params).id)), require: true },
);
