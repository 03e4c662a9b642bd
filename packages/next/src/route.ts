import { CONDITIONAL_RULES, checkMethods, checkOptions, withCompressor } from "@entity-tag/core/adapter";
import { type ConditionalOptions, conditional } from "@entity-tag/core/fetch";
import { compressor } from "./coding.ts";

type Handler<Req, Context, Res> = (request: Req, context: Context) => Res;

/** The context of any path: `[slug]` gives a text, `[...path]` gives texts, and `[[...path]]` may give nothing. */
type AnyContext = { params: Promise<Record<string, string | string[] | undefined>> };

/**
 * Route handlers for exactly these methods, which obey the conditions of each request. Next adds HEAD and OPTIONS
 * if they are not given.
 *
 * With `current`, every method is judged before its handler acts. Without `current`, reads are judged by their answer.
 * The options are those of `conditional` in `@entity-tag/core/fetch`; `current` gets the request and the context. A
 * strong `"v1"` is sent as `"v1-gzip"` when Next may compress, and `If-Match` accepts both.
 *
 * @throws {TypeError} at once on a misspelt method or option, and on `require` without `current`
 * @example
 * export const { GET, PUT } = route({ GET: read, PUT: write }, { current: stateOf, require: true });
 * @see RFC 9110 §13.2
 */
export function route<Method extends string, Req extends Request = Request, Context = AnyContext>(
  methods: Record<Method, Handler<Req, Context, Response | Promise<Response>>>,
  options: ConditionalOptions<Req, [context: Context]> = {},
): Record<Method, Handler<Req, Context, Promise<Response>>> {
  checkMethods(methods, "route()");
  checkOptions(options, CONDITIONAL_RULES, "route()");
  const guarded = (Object.keys(methods) as Method[]).map((method) => {
    const handler: Handler<Req, Context, Promise<Response>> = conditional(methods[method], options);
    return [method, withCompressor(handler, compressor)] as const;
  });
  return Object.fromEntries(guarded) as Record<Method, Handler<Req, Context, Promise<Response>>>;
}
