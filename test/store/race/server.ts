// One server process of a race: `server.ts <kind of store> <own name>`. It tells its parent where it listens, and ends
// with it.
import { mutate, resource, type VersionedStore } from "@entity-tag/store";
import { serve } from "srvx/node";
import { type Document, incremented } from "./document.ts";
import { type Moment, mortal } from "./mortal-store.ts";
import { openStore, type StoreKind } from "./stores.ts";

const [kind, ownName] = process.argv.slice(2) as [StoreKind, string];
const store = mortal(await openStore(kind, ownName));
const keyOf = (request: Request) => new URL(request.url).pathname.slice(1);
const documents = resource(store, { key: keyOf });

/** POST increments the document for the client that its body names. */
async function handle(request: Request): Promise<Response> {
  if (request.method !== "POST") return documents(request);
  const { client }: { client: number } = JSON.parse(await request.clone().text());
  const change = (document: Document | null) => incremented(document ?? { count: 0, by: {} }, client);
  return mutate<Document>(
    request,
    store as VersionedStore<unknown> as VersionedStore<Document>,
    keyOf(request),
    change,
  );
}

const server = serve({
  port: 0,
  hostname: "127.0.0.1",
  silent: true,
  gracefulShutdown: false,
  node: { keepAliveTimeout: 300_000 }, // the server never closes a client's socket, however long the client pauses
  // An error of the store means that the outcome of a write is unknown. This answer means the same.
  fetch: (request) => handle(request).catch((error) => new Response(String(error), { status: 500 })),
});
await server.ready();
process.on("message", (moment: Moment) => store.doom(moment));
process.on("disconnect", () => process.exit());
process.send?.(new URL(server.url ?? "").origin);
