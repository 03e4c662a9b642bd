import { keyBelow, resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";

const pages = resource(memoryStore<unknown>(), { key: keyBelow("/pages"), newKey: true });
let open = 0;

/** A resource, and under `/open` the number of its requests that have no answer yet. */
export async function answer(request: Request): Promise<Response> {
  if (new URL(request.url).pathname === "/open") return Response.json(open);
  open++;
  try {
    return await pages(request);
  } finally {
    open--;
  }
}
