import { conditional } from "@entity-tag/core/fetch";
import { H3 } from "h3";
import { serve } from "srvx";
import { handler } from "./streams.ts";

const app = new H3().all("/**", ({ req }) => handler(req));

const server = serve({ fetch: conditional(app.fetch), port: 0, silent: true });
await server.ready();
console.log(server.url);
