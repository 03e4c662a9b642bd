import { ifNoneMatch, parseTag } from "@entity-tag/core";
import { type ConditionalOptions, conditional, notModified } from "@entity-tag/core/fetch";
import { codingOf, incoming, outgoing } from "./coding.ts";

type Handler<Req, Context, Res> = (request: Req, context: Context) => Res;

/**
 * The route handlers of these methods and no others, with the conditions of each request obeyed. Next adds HEAD and
 * OPTIONS where they are not given.
 *
 * With `current`, every method is judged before its handler acts; without it, reads are judged by their answer. The
 * options are those of `conditional` in `@entity-tag/core/fetch`; `current` is given the request and the context.
 * A strong `"v1"` goes out as `"v1-next-gzip"` where Next may compress, and comes in as `"v1"`: to write, either will do.
 *
 * @throws {TypeError} at once on `require` without `current`
 * @example
 * export const { GET, PUT } = route({ GET: read, PUT: write }, { current: stateOf, require: true });
 * @see RFC 9110 §13.2
 */
export function route<
  Method extends string,
  Req extends Request = Request,
  Context = { params: Promise<Record<string, string>> },
>(
  methods: Record<Method, Handler<Req, Context, Response | Promise<Response>>>,
  options: ConditionalOptions<Req, [context: Context]> = {},
): Record<Method, Handler<Req, Context, Promise<Response>>> {
  const guarded = (Object.keys(methods) as Method[]).map((method) => {
    const handler = conditional(methods[method], options);
    const send: Handler<Req, Context, Promise<Response>> = async (request, context) => {
      const { headers } = request;
      const coding = codingOf(headers.get("Accept-Encoding"));
      const asked = headers.get("If-None-Match");
      const response = outgoing(await handler(incoming(request, coding), context), coding);
      if (!standsForAnother(response, asked)) return response;
      headers.set("If-None-Match", "");
      return outgoing(await handler(request, context), coding);
    };
    return [method, send];
  });
  return Object.fromEntries(guarded);
}

const { status: NOT_MODIFIED } = /* @__PURE__ */ notModified();

/** Whether it spares the client a form of the version that it does not hold: that is to be sent (RFC 9110 §13.1.2). */
function standsForAnother({ status, headers }: Response, asked: string | null): boolean {
  return status === NOT_MODIFIED && ifNoneMatch(asked, { etag: parseTag(headers.get("ETag")) }) === true;
}
