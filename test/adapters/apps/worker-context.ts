import { conditional, conditionalResponse } from "@entity-tag/core/fetch";

interface Context {
  waitUntil(task: Promise<unknown>): void;
}
type Cf = { cf?: { country?: string } };

const counts = { started: 0, done: 0, canceled: 0 };
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Three parts, each later than the one before. */
const parts = () => {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await later(20);
      controller.enqueue(new TextEncoder().encode(`part ${sent};`));
      if (++sent === 3) controller.close();
    },
    cancel() {
      counts.canceled++;
    },
  });
};

const logged = (context: Context) => {
  counts.started++;
  context.waitUntil(later(50).then(() => counts.done++));
};

const country = (request: Request) => (request as Cf).cf?.country;

const streamed = (request: Request, _env: unknown, context: Context) => {
  logged(context);
  const etag = `"${country(request)}"`;
  return new Response(parts(), { headers: { ETag: etag, "Content-Type": "text/plain" } });
};

const handlers: Record<string, (request: Request, env: unknown, context: Context) => unknown> = {
  late: conditional(streamed),
  finished: async (request, env, context) => conditionalResponse(request, streamed(request, env, context)),
  early: conditional(streamed, {
    current: (request, _env, context) => {
      logged(context);
      return { etag: `"${country(request)}"` };
    },
  }),
  counts: () => Response.json(counts),
};

export default {
  fetch: (request: Request, env: unknown, context: Context) =>
    handlers[new URL(request.url).pathname.slice(1)]!(request, env, context),
};
