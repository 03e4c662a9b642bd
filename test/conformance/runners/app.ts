import type { ControlledTarget } from "@entity-tag/conformance";
import { conditional } from "@entity-tag/core/fetch";
import { guardedRows } from "../../adapters/apps/fetch-handlers.ts";
import { countedRuns, pathOf } from "../../adapters/apps/handlers.ts";

declare const process: { env: Record<string, string | undefined> };

/** If this is set, the framework ignores the conditions, and the tests of every runner must fail. */
const isBroken = process.env.BROKEN === "1";
const guarded = guardedRows(
  isBroken ? (handler) => async (request: Request) => handler(request) : conditional,
);

/** A framework's own function, with a way to set the state of a row. */
export const target: ControlledTarget = {
  at: (request) => guarded[new URL(request.url).pathname]!(request),
  set: (_, row) => pathOf("early", row),
  runs: (path) => JSON.parse(countedRuns())[path] ?? 0,
};
