import { conditional } from "@entity-tag/bun";
import { seeing } from "./seen-requests.ts";

interface Server {
  port: number;
  requestIP(request: Request): { address: string } | null;
}
interface BunRequest extends Request {
  params: Record<string, string>;
  cookies: { get(name: string): string | null };
}
declare const Bun: { serve(options: object): Server };

const addressOf = (request: Request, server: Server) => server.requestIP(request)?.address ?? "not known";

const inFetch = seeing(
  (request, server: Server) => ({ address: addressOf(request, server) }),
  conditional as never,
);
const inRoutes = seeing((request, server: Server) => {
  const { params, cookies } = request as BunRequest;
  return { params, cookie: cookies.get("a"), address: addressOf(request, server) };
}, conditional as never);

const { port } = Bun.serve({
  port: 0,
  routes: Object.fromEntries(
    Object.entries(inRoutes).map(([way, handler]) => [`/routes/:page/${way}`, handler]),
  ),
  fetch: (request: Request, server: Server) =>
    inFetch[new URL(request.url).pathname.slice(1) as "late"](request, server),
});
console.log(`http://localhost:${port}`);
