import { serveRowsOn } from "./express-rows.ts";

/** The conditions that Express judges by itself, and those that it leaves to the middleware. */
serveRowsOn((handle, request, response) => {
  const { status, headers, body } = handle(request);
  response.status(status).set(headers).send(body);
});
