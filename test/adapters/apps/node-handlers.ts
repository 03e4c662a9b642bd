import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { answered, conditional } from "@entity-tag/node";
import { type Row, rows } from "../../rows.ts";
import { countedRuns, handle, isLate, validators } from "./handlers.ts";

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** Every row's middleware in `node:http`'s terms, in the order in which it is to be used, by the path to ask it at. */
export const stacks: ReadonlyMap<string, readonly [Middleware, Middleware]> = new Map(
  [...rows.entries()].flatMap(([index, row]) => [
    [`/early/${index}`, early(row, index)],
    ...(isLate(row) ? [[`/late/${index}`, late(row, index)] as const] : []),
  ]),
);

/** Judged before the handler acts. */
export function early(row: Row, index: number): [Middleware, Middleware] {
  return [
    (request, response, next) => {
      if (!answered(request, response, row.state, row.policy)) next();
    },
    (_, response) => {
      const { status, headers, body } = handle("early", index);
      response.writeHead(status, status === 200 ? { ...headers, ...validators(row) } : headers).end(body);
    },
  ];
}

/** Judged by the answer of the handler. */
function late({ policy }: Row, index: number): [Middleware, Middleware] {
  return [
    conditional({ tag: false, ...policy }),
    (_, response) => {
      const { status, headers, body } = handle("late", index);
      response.writeHead(status, headers).end(body);
    },
  ];
}

export function report(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" }).end(countedRuns());
}

/** A server without a framework: the row's middleware by hand, or the report. */
export function serveRows(request: IncomingMessage, response: ServerResponse): void {
  const [first, second] = stacks.get(request.url ?? "") ?? [report, report];
  first(request, response, () => second(request, response, () => {}));
}

export const announce = (server: Server): void => {
  server.listen(0, () => console.log(`http://localhost:${(server.address() as AddressInfo).port}`));
};
