import { createServer } from "node:http";
import { rows } from "../../rows.ts";
import { cached, handle, type Mode, validators } from "./handlers.ts";
import { announce, report } from "./node-handlers.ts";

/** The same handlers with nobody to guard them: what the rows must catch. */
announce(
  createServer((request, response) => {
    const [, mode, index] = (request.url ?? "").split("/");
    if (index === undefined) return report(request, response);
    const { status, headers, body } = handle(mode as Mode, Number(index), request.headers.range);
    const isSent = status === 200 || status === 206;
    const fields = isSent ? { ...headers, ...cached, ...validators(rows[Number(index)]!) } : headers;
    response.writeHead(status, fields).end(body);
  }),
);
