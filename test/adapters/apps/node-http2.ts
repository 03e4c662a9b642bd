import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http2";
import { announce, serveRows } from "./node-handlers.ts";

// The compatibility API has the shape of node:http, although its types do not say so.
announce(
  createServer((request, response) =>
    serveRows(request as unknown as IncomingMessage, response as unknown as ServerResponse),
  ),
);
