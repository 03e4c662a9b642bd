import type { Current, Policy } from "@entity-tag/core";
import { rows } from "../../rows.ts";
import { cached, countedRuns, greeting, greetingState, handle, isLate } from "./handlers.ts";

type Handler = (request: Request) => Response;
interface Options extends Policy {
  current?: () => Current;
  headers?: Record<string, string>;
  tag?: false;
}

const respond = ({ status, headers, body }: ReturnType<typeof handle>) =>
  new Response(body, { status, headers });

/** Every row's handler, wrapped with the row's own state and policy, by the path to ask it at; and the greeting's. */
export function guardedRows<T>(conditional: (handler: Handler, options: Options) => T): Record<string, T> {
  const early = rows.map(({ state, policy }, index) => {
    const handler: Handler = ({ headers }) => respond(handle("early", index, headers.get("range")));
    const options: Options = { current: () => state, headers: cached, tag: false, ...policy };
    return [`/early/${index}`, conditional(handler, options)] as const;
  });
  const late = [...rows.entries()]
    .filter(([, row]) => isLate(row))
    .map(([index, { policy }]) => {
      const handler: Handler = ({ headers }) => respond(handle("late", index, headers.get("range")));
      return [`/late/${index}`, conditional(handler, { tag: false, ...policy })] as const;
    });
  const greet = (headers: Record<string, string>) => () => new Response(greeting, { headers });
  return {
    ...Object.fromEntries([...early, ...late]),
    "/early/greeting": conditional(greet({}), { current: () => greetingState, headers: cached }),
    "/late/greeting": conditional(greet(cached), {}),
  };
}

/** The report that the suite asks for when it is through. Nothing guards it, and it does not say its type either. */
export const report = (): Response => new Response(countedRuns());
