import { rows } from "@entity-tag/conformance/rows";
import type { Current, Policy } from "@entity-tag/core";
import {
  cached,
  countedRuns,
  fieldsOf,
  greeting,
  greetingState,
  handle,
  isLate,
  pathOf,
} from "./handlers.ts";

type Handler = (request: Request) => Response;
interface Options extends Policy {
  current?: () => Current;
  headers?: Record<string, string>;
  tag?: false;
}

const respond = ({ status, headers, body }: ReturnType<typeof handle>) =>
  new Response(body, { status, headers });

/** Every row's handler by its path, wrapped with the row's own state and policy; and the greeting's. */
export function guardedRows<T>(conditional: (handler: Handler, options: Options) => T): Record<string, T> {
  const early = rows.map((row) => {
    const handler: Handler = ({ headers }) => respond(handle("early", row, headers.get("range")));
    const current = () => row.state as Current;
    const options: Options = { current, headers: fieldsOf(row), tag: false, ...row.policy };
    return [pathOf("early", row), conditional(handler, options)] as const;
  });
  const late = rows.filter(isLate).map((row) => {
    const handler: Handler = ({ headers }) => respond(handle("late", row, headers.get("range")));
    return [pathOf("late", row), conditional(handler, { tag: false, ...row.policy })] as const;
  });
  const greet = (headers: Record<string, string>) => () => new Response(greeting, { headers });
  return {
    ...Object.fromEntries([...early, ...late]),
    "/early/greeting": conditional(greet({}), { current: () => greetingState, headers: cached }),
    "/late/greeting": conditional(greet(cached), {}),
  };
}

/** The report that the suite asks for at its end. It is not guarded, and has no type. */
export const report = (): Response => new Response(countedRuns());
