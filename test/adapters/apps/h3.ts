import { conditional } from "@entity-tag/core/fetch";
import { H3, serve } from "h3";
import { guardedRows, report } from "./fetch-handlers.ts";

const guarded = guardedRows(conditional);
const app = new H3();
app.all("/:mode/:row", (event) => guarded[event.url.pathname]!(event.req));
app.get("/runs", report);

const server = serve(app, { port: 0, silent: true });
await server.ready();
console.log(server.url);
