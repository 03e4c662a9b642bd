import type { Current, Policy } from "@entity-tag/core";
import { rows } from "../../rows.ts";
import { countedRuns, handle, isLate } from "./handlers.ts";

type Handler = (request: Request) => Response;
interface Options extends Policy {
  current?: () => Current;
  tag?: false;
}

const respond = ({ status, headers, body }: ReturnType<typeof handle>) =>
  new Response(body, { status, headers });

/** Every row's handler, wrapped with the row's own state and policy, by the path to ask it at. */
export function guardedRows<T>(conditional: (handler: Handler, options: Options) => T): Record<string, T> {
  const early = rows.map(({ state, policy }, index) => {
    const handler = () => respond(handle("early", index));
    return [`/early/${index}`, conditional(handler, { current: () => state, ...policy })] as const;
  });
  const late = [...rows.entries()]
    .filter(([, row]) => isLate(row))
    .map(([index, { policy }]) => {
      const handler = () => respond(handle("late", index));
      return [`/late/${index}`, conditional(handler, { tag: false, ...policy })] as const;
    });
  return Object.fromEntries([...early, ...late]);
}

/** The report that the suite asks for when it is through. */
export const report = (): Response =>
  new Response(countedRuns(), { headers: { "content-type": "application/json" } });
