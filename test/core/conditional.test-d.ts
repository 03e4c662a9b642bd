import type { Current, EntityTag } from "@entity-tag/core";
import {
  checkPreconditions,
  conditional,
  notModified,
  preconditionFailed,
  preconditionRequired,
} from "@entity-tag/core/fetch";
import { expectTypeOf } from "vitest";

interface Context {
  params: { id: string };
}

// A handler keeps its arguments.
const plain = conditional(() => new Response());
expectTypeOf(plain).returns.resolves.toEqualTypeOf<Response>();
expectTypeOf(plain).toBeCallableWith(new Request("https://example.com/"));

const contextual = conditional(
  async (_request: Request, context: Context, n: number) => new Response(context.params.id + n),
);
expectTypeOf(contextual).parameters.toEqualTypeOf<[request: Request, context: Context, n: number]>();
expectTypeOf(contextual).returns.toEqualTypeOf<Promise<Response>>();
// @ts-expect-error: the context is not optional
contextual(new Request("https://example.com/"));

// The request type of a framework stays the same.
interface OwnRequest extends Request {
  user: string;
}
const own = conditional((request: OwnRequest) => new Response(request.user));
expectTypeOf(own).parameter(0).toEqualTypeOf<OwnRequest>();

// `current` gets the arguments of the handler.
conditional((_request: Request, _context: Context) => new Response(), {
  current(request, context) {
    expectTypeOf(request).toEqualTypeOf<Request>();
    expectTypeOf(context).toEqualTypeOf<Context>();
    return { etag: `"${context.params.id}"` };
  },
});
conditional((_request: Request) => new Response(), { current: async (): Promise<Current> => null });
conditional((_request: Request) => new Response(), {
  // @ts-expect-error: an absent resource is `null`, not `undefined`
  current: () => undefined,
});

conditional(() => new Response(), { tag: false });
conditional(() => new Response(), {
  tag: { weak: false },
  maxBytes: 1000,
  require: ["PUT"],
  malformed: "reject",
  ifMatch: "weak",
  now: 0,
});
conditional(() => new Response(), { tag: (): EntityTag => '"v1"' });
// @ts-expect-error: a tag has quotes
conditional(() => new Response(), { tag: () => "v1" });
// @ts-expect-error: there is no such option
conditional(() => new Response(), { strong: true });

expectTypeOf(checkPreconditions).returns.toEqualTypeOf<Response | undefined>();
expectTypeOf(checkPreconditions).toBeCallableWith(new Request("https://example.com/"), null, {
  require: true,
});
expectTypeOf(notModified).returns.toEqualTypeOf<Response>();
expectTypeOf(notModified).toBeCallableWith(new Headers());
expectTypeOf(notModified).toBeCallableWith({ ETag: '"v1"' });
expectTypeOf(notModified).toBeCallableWith([["ETag", '"v1"']]);
expectTypeOf(preconditionFailed).returns.toEqualTypeOf<Response>();
expectTypeOf(preconditionFailed).toBeCallableWith();
expectTypeOf(preconditionFailed).toBeCallableWith(null);
expectTypeOf(preconditionRequired).returns.toEqualTypeOf<Response>();
