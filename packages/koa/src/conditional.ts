import type { Current } from "@entity-tag/core";
import { isResponse, withAcceptEncoding } from "@entity-tag/core/adapter";
import {
  checkFrameworkOptions,
  type FrameworkOptions,
  frameworkRequest,
  givenState,
  judgeEarly,
  judgeLate,
} from "@entity-tag/node/framework";
import type { Context, Middleware } from "koa";
import { answerOf } from "./answer.ts";
import { answerWith } from "./given-response.ts";

/** The values that `current` may return. */
type Given = Current | Response | undefined;

/** The options of {@link conditional}. */
export interface ConditionalOptions extends FrameworkOptions<Context> {
  /**
   * The state to judge against, before the handler. `null`: the resource does not exist; `{}`: it has no validator;
   * `undefined`: the path is not one of yours. A `Response` (401, 403, a redirect) is the answer, and nothing is
   * judged.
   */
  current?: ((ctx: Context) => Given | Promise<Given>) | undefined;
}

/**
 * Koa middleware that obeys the conditions of each request.
 *
 * With `current`, every method is judged before the handler runs, and a 2xx read gets the validators that it lacks.
 * Without `current`, only GET, HEAD and QUERY are judged, by the tag and date of their 2xx answer. The middleware
 * refuses early; the write itself must be conditional on the version that was judged. Fields that outer middleware sets
 * are on every answer.
 *
 * @throws {TypeError} at once on an option that is not valid, and on `require` without `current`
 * @example
 * const app = new Koa().use(conditional({ current: () => ({ etag: versionTag(page.version) }), require: true }));
 * @see RFC 9110 §13.2
 */
export function conditional(options: ConditionalOptions = {}, ...wrong: unknown[]): Middleware {
  if (wrong.length > 0) {
    throw new TypeError(
      "Cannot use `conditional` as middleware itself: use what it returns, as in app.use(conditional())",
    );
  }
  checkFrameworkOptions(options, "conditional()");
  return async (ctx, next) => {
    if (!ctx.response || typeof next !== "function")
      throw new TypeError(
        "conditional()(ctx, next) needs a context of Koa: for Express, use @entity-tag/node",
      );
    const given = await options.current?.(ctx);
    if (isResponse(given)) return answerWith(ctx, given);
    const asked = frameworkRequest(ctx.req, ctx.res, isInCompressor(ctx));
    const state = given === undefined ? undefined : givenState(given, options);
    const answer = answerOf(ctx);
    if (judgeEarly(asked, ctx.req, state, answer, options)) return;
    await next();
    // The handler sends the answer itself, perhaps later, and no middleware may replace it.
    if (ctx.respond === false || ctx.headerSent) return;
    await judgeLate(asked, state, answer, options);
  };
}

/** True when koa-compress is in front: it has already set `Vary`. */
function isInCompressor({ response }: Context): boolean {
  const vary = response.get("Vary");
  return vary !== "" && withAcceptEncoding(vary) === vary;
}
