import Fastify from "fastify";
import { countedRuns } from "./handlers.ts";
import { businesses } from "./node-handlers.ts";

const app = Fastify();
for (const method of ["QUERY", "PROPFIND"]) app.addHttpMethod(method, { hasBody: true });

app.addHook("onRequest", ({ url, raw }, reply, done) => {
  const business = businesses.get(url);
  if (business === undefined) done();
  else business.around(raw, reply.raw, done);
});
app.all("/:mode/:row", ({ url, raw }, reply) => {
  const { before, isAnswered, handle } = businesses.get(url)!;
  reply.headers(before);
  reply.raw.setHeaders(new Map(Object.entries(reply.getHeaders()) as [string, string][]));
  if (isAnswered(raw, reply.raw)) return reply.hijack();
  const { status, headers, body } = handle(raw);
  return reply.code(status).headers(headers).send(body);
});
app.get("/runs", () => countedRuns());

console.log(await app.listen({ port: 0 }));
