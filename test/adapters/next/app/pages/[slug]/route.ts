// app/pages/[slug]/route.ts
import { versionTag } from "@entity-tag/core";
import { checkPreconditions } from "@entity-tag/core/fetch";
import { route } from "@entity-tag/next";

type Context = { params: Promise<{ slug: string }> };

const pages = new Map([["home", { version: 1, text: "Hello" }]]);

function stateOf(slug: string) {
  const page = pages.get(slug);
  return page ? { etag: versionTag(page.version) } : null;
}

export const { GET, PUT } = route(
  {
    GET: async (_: Request, { params }: Context) => {
      const page = pages.get((await params).slug);
      return page ? new Response(page.text) : new Response("Nothing is here", { status: 404 });
    },
    PUT: async (request: Request, { params }: Context) => {
      const { slug } = await params;
      const text = await request.text();
      // Another write may have come while the body arrived. So judge again, in one step with the write.
      const refusal = checkPreconditions(request, stateOf(slug));
      if (refusal) return refusal;
      const version = (pages.get(slug)?.version ?? 0) + 1;
      pages.set(slug, { version, text });
      return new Response(null, { status: 204, headers: { ETag: versionTag(version) } });
    },
  },
  { current: async (_, { params }) => stateOf((await params).slug), require: true },
);
