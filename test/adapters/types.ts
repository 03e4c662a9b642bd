import { conditional as onBun, type RouteRequest, routes } from "@entity-tag/bun";
import { conditional as onDeno, type ServeInfo } from "@entity-tag/deno";
import { route } from "@entity-tag/next";
import { expectTypeOf } from "vitest";

/** This file does not run. The type check of the workspace reads it. */

export const denoHandler = onDeno((request, info) => {
  expectTypeOf(request).toEqualTypeOf<Request>();
  expectTypeOf(info.remoteAddr.hostname).toEqualTypeOf<string>();
  expectTypeOf(info.completed).toEqualTypeOf<Promise<void>>();
  return new Response();
});
expectTypeOf(denoHandler).returns.toEqualTypeOf<Promise<Response>>();

interface UnixInfo extends ServeInfo<{ transport: "unix"; path: string }> {}
onDeno((_: Request, info: UnixInfo) => new Response(info.remoteAddr.path), {
  current: (_, { remoteAddr }) => (remoteAddr.path === "" ? null : {}),
});
// @ts-expect-error a handler must return a Response
onDeno(() => undefined);
// @ts-expect-error there is no such option
onDeno(() => new Response(), { weak: true });

const upgrading = onBun((request: Request, server) => (server.upgrade(request) ? undefined : new Response()));
expectTypeOf(upgrading).returns.toEqualTypeOf<Promise<Response | undefined>>();
const answering = onBun(() => new Response());
expectTypeOf(answering).returns.toEqualTypeOf<Promise<Response>>();

routes(
  {
    "/pages/:slug/parts/:part": (request) => {
      expectTypeOf(request.params).toEqualTypeOf<{ readonly slug: string; readonly part: string }>();
      return new Response();
    },
    "/people/:name": {
      GET: ({ params }, server) => {
        expectTypeOf(params.name).toEqualTypeOf<string>();
        expectTypeOf(server.upgrade).toBeFunction();
        return new Response();
      },
      PUT: async (request) => Response.json(await request.json()),
      DELETE: new Response(null, { status: 204 }),
    },
    "/named": (request: RouteRequest<"/named"> & { cookies: object }) => Response.json(request.cookies),
    "/static": new Response("static"),
    "/none": false,
    // @ts-expect-error the path has no such parameter
    "/wrong/:id": ({ params }) => new Response(params.name),
  },
  { current: ({ params }) => (params.slug === undefined ? null : {}), require: ["PUT"] },
);

type Context = { params: Promise<{ slug: string }> };
interface NextRequest extends Request {
  readonly nextUrl: URL;
}

const handlers = route(
  {
    GET: async (request: NextRequest, { params }: Context) =>
      new Response((await params).slug + request.nextUrl),
    PUT: (request) => new Response(request.body),
  },
  {
    current: async (request, { params }) => {
      expectTypeOf(request).toEqualTypeOf<NextRequest>();
      return (await params).slug === "home" ? { etag: '"1"' } : null;
    },
  },
);
expectTypeOf(handlers).toEqualTypeOf<
  Record<"GET" | "PUT", (request: NextRequest, context: Context) => Promise<Response>>
>();
// @ts-expect-error only the given methods exist
handlers.HEAD;

route({ GET: (request, { params }) => new Response(request.url + params) });
// `next build` compares the handlers with the parameters of their path.
expectTypeOf(route({ GET: () => new Response() }).GET)
  .parameter(1)
  .toEqualTypeOf<{ params: Promise<Record<string, string | string[] | undefined>> }>();
const mounted = route({ GET: (request: Request) => new Response(request.url) });
const ofCatchAll: (
  request: NextRequest,
  context: { params: Promise<{ path?: string[] }> },
) => Promise<Response> = mounted.GET;
const ofSlug: (request: NextRequest, context: Context) => Promise<Response> = mounted.GET;
expectTypeOf([ofCatchAll, ofSlug]).toBeArray();
// @ts-expect-error a handler must return a Response
route({ GET: () => undefined });
