import { serveRowsOn } from "./express-rows.ts";

/** What Express compares by itself, and what it leaves to the middleware. */
serveRowsOn((handle, request, response) => {
  const { status, headers, body } = handle(request);
  response.status(status).set(headers).send(body);
});
