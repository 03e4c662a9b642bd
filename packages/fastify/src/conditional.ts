import type { Current } from "@entity-tag/core";
import { isResponse } from "@entity-tag/core/adapter";
import {
  checkFrameworkOptions,
  type FrameworkOptions,
  type FrameworkRequest,
  frameworkRequest,
  givenState,
  judgeEarly,
  judgeLate,
} from "@entity-tag/node/framework";
import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import plugin from "fastify-plugin";
import { answerOf } from "./answer.ts";
import { contentOf } from "./given-response.ts";

/** The values that `current` may return. */
type Given = Current | Response | undefined;

interface Asking {
  /** As a method, so that an application may say which parameters its requests have: `FastifyRequest<{ Params }>`. */
  current(request: FastifyRequest, reply: FastifyReply): Given | Promise<Given>;
}

/** The options of {@link conditional}. */
export interface ConditionalOptions extends FrameworkOptions<FastifyReply> {
  /**
   * The state to judge against, before the handler. `null`: the resource does not exist; `{}`: it has no validator;
   * `undefined`: the route is not one of yours. A `Response` (401, 403, a redirect) is the answer, and nothing is
   * judged.
   */
  current?: Asking["current"] | undefined;
}

/** A request under judgement. */
interface Asked extends FrameworkRequest {
  /** `undefined`: it is not known before the handler. */
  state?: Current | undefined;
  /** True when the handler does not answer. */
  isReplaced?: boolean;
}

async function addHooks(app: FastifyInstance, options: ConditionalOptions): Promise<void> {
  if (options === undefined || typeof app?.addHook !== "function") {
    throw new TypeError(
      "Cannot call `conditional` itself: it is a plugin, as in app.register(conditional, options)",
    );
  }
  checkFrameworkOptions(options, "conditional");
  const { current } = options;
  const requests = new WeakMap<FastifyRequest, Asked>();

  app.addHook("onRequest", async (request, reply) => {
    const asked = frameworkRequest(request.raw, reply.raw, "compress" in reply);
    requests.set(request, asked);
    if (current === undefined) judgeEarly(asked, request.raw, undefined, answerOf(reply), options);
  });

  // A route that does not exist has no state.
  if (current) {
    app.addHook("preHandler", async (request, reply) => {
      const asked = requests.get(request);
      if (asked === undefined || request.is404) return;
      const given = await current(request, reply);
      if (reply.sent) return;
      if (isResponse(given)) {
        asked.isReplaced = true;
        return reply.send(contentOf(reply, given));
      }
      asked.state = given === undefined ? undefined : givenState(given, options);
      const answer = answerOf(reply);
      if (!judgeEarly(asked, request.raw, asked.state, answer, options)) return;
      asked.isReplaced = true;
      return reply.send(answer.payload);
    });
  }

  app.addHook("onSend", async (request, reply, content) => {
    const asked = requests.get(request);
    const answer = answerOf(reply, isResponse(content) ? undefined : content);
    if (isResponse(content)) answer.setContent(contentOf(reply, content));
    if (asked !== undefined && !asked.isReplaced) await judgeLate(asked, asked.state, answer, options);
    // A hook that returns `undefined` changes nothing.
    return answer.payload === undefined && content != null ? null : answer.payload;
  });
}

/**
 * A Fastify plugin that obeys the conditions of each request.
 *
 * With `current`, every method is judged before the handler runs, and a 2xx read gets the validators that it lacks.
 * Without `current`, only GET, HEAD and QUERY are judged, by the tag and date of their 2xx answer. The plugin refuses
 * early; the write itself must be conditional on the version that was judged. A refusal passes all `onSend` hooks.
 *
 * Register it before or after a compressor. It sees every route of the instance that it is registered on.
 *
 * @throws {TypeError} when it is registered, on an option that is not valid, and on `require` without `current`
 * @example
 * app.register(conditional, { current: () => ({ etag: versionTag(page.version) }), require: true });
 * @see RFC 9110 §13.2
 */
export const conditional: FastifyPluginAsync<ConditionalOptions> = plugin(addHooks, {
  fastify: "5.x",
  name: "@entity-tag/fastify",
});
