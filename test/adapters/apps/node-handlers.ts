import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { rows } from "@entity-tag/conformance/rows";
import type { Current } from "@entity-tag/core";
import { checkPreconditions, conditional } from "@entity-tag/node";
import {
  cached,
  countedRuns,
  fieldsOf,
  greeting,
  greetingState,
  handle,
  isLate,
  type Plain,
  pathOf,
} from "./handlers.ts";

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/** The work of an app for one path: it judges early or late, and the framework sends the answer. */
export interface Business {
  /** Wraps the handler: `conditional()`, if the answer is judged. */
  around: Middleware;
  /** Fields to set before any condition is judged. */
  before: Record<string, string>;
  /** Called before the handler: have the conditions decided the answer? */
  isAnswered(request: IncomingMessage, response: ServerResponse): boolean;
  /** The answer of the handler. */
  handle(request: Pick<IncomingMessage, "headers">): Plain;
}

const straight: Middleware = (_request, _response, next) => next();
const early = { around: straight, before: cached };
const late = { before: {}, isAnswered: () => false };

/** The work for every row, by its path; and for the greeting. */
export const businesses: ReadonlyMap<string, Business> = new Map<string, Business>([
  ...rows.map((row): [string, Business] => [
    pathOf("early", row),
    {
      around: straight,
      before: fieldsOf(row),
      isAnswered: (request, response) =>
        checkPreconditions(request, response, row.state as Current, row.policy),
      handle: ({ headers }) => handle("early", row, headers.range),
    },
  ]),
  ...rows.filter(isLate).map((row): [string, Business] => [
    pathOf("late", row),
    {
      ...late,
      around: conditional({ tag: false, ...row.policy }),
      handle: ({ headers }) => handle("late", row, headers.range),
    },
  ]),
  [
    "/early/greeting",
    {
      ...early,
      isAnswered: (request, response) => checkPreconditions(request, response, greetingState),
      handle: () => ({ status: 200, headers: {}, body: greeting }),
    },
  ],
  [
    "/late/greeting",
    { ...late, around: conditional(), handle: () => ({ status: 200, headers: cached, body: greeting }) },
  ],
]);

/** The same as Connect's middleware, in the order of use. */
export const stacks: readonly (readonly [path: string, Middleware, Middleware])[] = [...businesses].map(
  ([path, business]) => [
    path,
    business.around,
    (request, response) => {
      for (const [name, value] of Object.entries(business.before)) response.setHeader(name, value);
      if (business.isAnswered(request, response)) return;
      const { status, headers, body } = business.handle(request);
      response.writeHead(status, headers).end(body);
    },
  ],
);

export function report(_: IncomingMessage, response: ServerResponse): void {
  response.end(countedRuns());
}

const byPath = new Map(stacks.map(([path, ...stack]) => [path, stack]));

/** A server without a framework: the row's middleware by hand, or the report. */
export function serveRows(request: IncomingMessage, response: ServerResponse): void {
  const [first, second] = byPath.get(request.url ?? "") ?? [report, report];
  first(request, response, () => second(request, response, () => {}));
}

export const announce = (server: Server): void => {
  server.listen(0, () => console.log(`http://localhost:${(server.address() as AddressInfo).port}`));
};
