import { conditional } from "@entity-tag/core/fetch";
import { seeing } from "./seen-requests.ts";

const handlers = seeing(
  (request, env: { NAME: string }, context: { waitUntil: unknown }) => ({
    country: (request as { cf?: { country?: string } }).cf?.country,
    binding: env.NAME,
    waitUntil: typeof context.waitUntil,
  }),
  conditional as never,
);

export default {
  fetch: (request: Request, env: { NAME: string }, context: { waitUntil: unknown }) =>
    handlers[new URL(request.url).pathname.slice(1) as "late"](request, env, context),
};
