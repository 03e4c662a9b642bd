import { conditional, routes } from "@entity-tag/bun";

interface Server {
  upgrade(request: Request): boolean;
}
declare const Bun: { file(path: string): Blob; serve(options: object): { port: number } };
declare const process: { argv: string[] };

/** The same server by Bun alone and by this package, with a `fetch` or without. Both must answer alike. */
const [, , file, guarding, fetching] = process.argv;
const isGuarded = guarding === "guarded";

const page = () => new Response(Bun.file(file!));
const upgrade = (request: Request, server: Server) => (server.upgrade(request) ? null : new Response("none"));
const table = {
  "/file": page(),
  "/file-of-a-method": { GET: page() },
  "/directory": new Response(Bun.file(import.meta.dirname)),
  "/named": new Response(new File(["in memory"], file!)),
  "/null": () => null,
  "/undefined": async () => undefined,
  "/chat": upgrade,
};
const fallback = (request: Request, server: Server) => {
  if (request.url.endsWith("/fetch-null")) return null;
  if (request.url.endsWith("/fetch-chat")) return upgrade(request, server);
  return new Response(`fetch got ${request.method} ${new URL(request.url).pathname}`, { status: 203 });
};

const { port } = Bun.serve({
  port: 0,
  development: false,
  routes: isGuarded ? routes(table) : table,
  websocket: { message: (socket: { send(text: string): void }, text: string) => socket.send(`echo ${text}`) },
  ...(fetching === "fetch" && { fetch: isGuarded ? conditional(fallback as () => Response) : fallback }),
});
console.log(`http://localhost:${port}`);
