import { conditional } from "@entity-tag/core/fetch";
import { H3, serve } from "h3";
import { seeing } from "./seen-requests.ts";

const handlers = seeing((request) => {
  const { ip, runtime } = request as { ip?: string; runtime?: { name: string } };
  return { ip, runtime: runtime?.name };
}, conditional as never);
const app = new H3();
app.all("/:way", (event) => handlers[event.url.pathname.slice(1) as "late"](event.req));

const server = serve(app, { port: 0, silent: true });
await server.ready();
console.log(server.url);
