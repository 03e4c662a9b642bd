import type { Current } from "@entity-tag/core";
import { conditional } from "@entity-tag/fastify";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { countedRuns } from "./handlers.ts";
import { pages, policies } from "./plugin-pages.ts";

const app = Fastify();
for (const method of ["QUERY", "PROPFIND"]) app.addHttpMethod(method, { hasBody: true });
app.addHook("onRequest", async ({ url }, reply) => {
  reply.headers(pages.get(url)?.before ?? {});
});

const answer = ({ url, raw }: FastifyRequest, reply: FastifyReply) => {
  const { status, headers, body } = pages.get(url)!.handle(raw.headers.range);
  return reply.code(status).headers(headers).send(body);
};

for (const { early, policy, paths } of policies) {
  app.register(async (scope) => {
    const current = ({ url }: FastifyRequest): Current | undefined => pages.get(url)?.state;
    await scope.register(conditional, early ? { current, ...policy } : { tag: false, ...policy });
    for (const path of paths) scope.all(path, answer);
  });
}
app.register(async (scope) => {
  await scope.register(conditional);
  scope.all("/late/greeting", answer);
});
app.get("/runs", () => countedRuns());

console.log(await app.listen({ port: 0 }));
