import { route } from "@entity-tag/next";
import { guardedRows, report } from "../apps/fetch-handlers.ts";

interface Context {
  params: Promise<{ path: string[] }>;
}

/** All methods that Next passes to a route handler. */
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type Methods = Record<(typeof methods)[number], (request: Request, context: Context) => Promise<Response>>;

const forAll = <Handler>(handlerOf: (method: keyof Methods) => Handler) =>
  Object.fromEntries(methods.map((method) => [method, handlerOf(method)])) as Record<keyof Methods, Handler>;

/** A route for each row, because each has its own state and policy. */
const guarded = guardedRows((handler, options) =>
  route(
    forAll(() => handler),
    options,
  ),
);

/** One Next file for all rows. Each request goes to the route of its own row. */
export const rowsRoute = (): Methods =>
  forAll((method) => async (request, context) => {
    const { path } = await context.params;
    return (await guarded[`/${path.join("/")}`]?.[method](request, context as never)) ?? report();
  });
