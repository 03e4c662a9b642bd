import { routes } from "@entity-tag/bun";
import { guardedRows, report } from "./fetch-handlers.ts";

declare const Bun: {
  serve(options: { port: number; routes: object; fetch: () => Response }): { port: number };
};

/** A table of one route for each row, because each has its own state and policy. */
const tables = guardedRows((handler, options) => routes({ route: handler }, options).route);

const { port } = Bun.serve({ port: 0, routes: tables, fetch: report });
console.log(`http://localhost:${port}`);
