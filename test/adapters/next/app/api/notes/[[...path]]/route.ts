import { route } from "@entity-tag/next";
import { keyBelow, resource } from "@entity-tag/store";
import { memoryStore } from "@entity-tag/store/memory";

const notes = resource(memoryStore<{ text: string }>(), { key: keyBelow("/api/notes"), require: true });
const handler = (request: Request) => notes(request);

export const { GET, PUT, PATCH, DELETE } = route({
  GET: handler,
  PUT: handler,
  PATCH: handler,
  DELETE: handler,
});
