import { createServer } from "node:http";
import { rows } from "@entity-tag/conformance/rows";
import { fieldsOf, handle, type Mode, validators } from "./handlers.ts";
import { announce, report } from "./node-handlers.ts";

const byId = new Map(rows.map((row) => [row.id, row]));

/** The same handlers without this package. The rows must catch them. */
announce(
  createServer((request, response) => {
    const [, mode, id] = (request.url ?? "").split("/");
    const row = byId.get(id ?? "");
    if (row === undefined) return report(request, response);
    const { status, headers, body } = handle(mode as Mode, row, request.headers.range);
    const isSent = status === 200 || status === 206;
    const fields = isSent ? { ...headers, ...fieldsOf(row), ...validators(row) } : headers;
    response.writeHead(status, fields).end(body);
  }),
);
