import { H3, handleCacheHeaders, serve } from "h3";
import { answerOf, countOf } from "./page.ts";

const app = new H3();
app.all("/rows/:id", (event) => {
  const { status, headers, body } = answerOf(event.url.pathname);
  const { etag, "last-modified": modified } = headers;
  const known = { ...(etag && { etag }), ...(modified && { modifiedTime: modified }) };
  if (handleCacheHeaders(event, known)) return "";
  return new Response(body, { status, headers });
});
app.get("/count/:id", (event) => countOf(event.url.pathname));

const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true });
await server.ready();
console.log(server.url);
