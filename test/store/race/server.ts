// One server process of a race: `server.ts <kind of store> <place>`. Tells its parent where it listens, and goes with it.
import { resource } from "@entity-tag/store";
import { serve } from "srvx/node";
import { type Moment, mortal } from "./mortal-store.ts";
import { openStore, type StoreKind } from "./stores.ts";

const [kind, place] = process.argv.slice(2) as [StoreKind, string];
const store = mortal(await openStore(kind, place));
const documents = resource(store, { key: (request) => new URL(request.url).pathname.slice(1) });

const server = serve({
  port: 0,
  hostname: "127.0.0.1",
  silent: true,
  gracefulShutdown: false,
  node: { keepAliveTimeout: 300_000 }, // a client's socket is its own, however long it pauses
  // A throw of the store says that the outcome of a write is unknown, and so does this answer.
  fetch: (request) => documents(request).catch((error) => new Response(String(error), { status: 500 })),
});
await server.ready();
process.on("message", (moment: Moment) => store.doom(moment));
process.on("disconnect", () => process.exit());
process.send?.(new URL(server.url ?? "").origin);
