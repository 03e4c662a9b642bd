import etag from "@fastify/etag";
import Fastify from "fastify";
import { answerOf, countOf } from "./page.ts";

const app = Fastify();
for (const method of ["QUERY", "PROPFIND"]) app.addHttpMethod(method, { hasBody: true });
await app.register(etag);
app.all("/rows/:id", ({ url }, reply) => {
  const { status, headers, body } = answerOf(url);
  return reply.code(status).headers(headers).send(body);
});
app.get("/count/:id", ({ url }) => countOf(url));

console.log(await app.listen({ port: 0, host: "127.0.0.1" }));
