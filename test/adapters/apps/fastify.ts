import { conditional } from "@entity-tag/core/fetch";
import Fastify from "fastify";
import { guardedRows, report } from "./fetch-handlers.ts";
import { toRequest } from "./node-request.ts";

const guarded = guardedRows(conditional);
const app = Fastify();
for (const method of ["QUERY", "PROPFIND"]) app.addHttpMethod(method);

app.all("/:mode/:row", (request) => guarded[request.url]!(toRequest(request.raw)));
app.get("/runs", report);

console.log(await app.listen({ port: 0 }));
