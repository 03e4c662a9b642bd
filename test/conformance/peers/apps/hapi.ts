import Hapi from "@hapi/hapi";
import { answerOf, countOf } from "./page.ts";

const server = Hapi.server({ port: 0, host: "127.0.0.1" });
server.route({
  method: "*",
  path: "/rows/{id}",
  options: { payload: { parse: false } },
  handler: ({ path }, h) => {
    const { status, headers, body } = answerOf(path);
    const { etag, ...others } = headers;
    const response = h.response(body).code(status);
    for (const [name, value] of Object.entries(others)) response.header(name, value);
    const [, weak, opaque] = /^(W\/)?"(.*)"$/.exec(etag ?? "") ?? [];
    // Otherwise hapi adds the coding to the tag, and compares another tag than the row has.
    return opaque ? response.etag(opaque, { weak: weak !== undefined, vary: false }) : response;
  },
});
server.route({ method: "GET", path: "/count/{id}", handler: ({ path }) => countOf(path) });
await server.start();
console.log(`http://127.0.0.1:${server.info.port}`);
