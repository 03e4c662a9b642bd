// app/note/route.ts
import { versionTag } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import { route } from "@entity-tag/next";

let note = { version: 1, text: "Hello" };
const current = () => ({ etag: versionTag(note.version) });

async function write(request: Request): Promise<Response> {
  const text = await request.text();
  const refusal = checkPreconditions(request, current());
  if (refusal) return refusal;
  note = { version: note.version + 1, text };
  return new Response(null, { status: 204, headers: { ETag: current().etag } });
}

const read = () => new Response(note.text);
export const { GET, PUT } = route({ GET: read, PUT: write }, { current, require: true });
