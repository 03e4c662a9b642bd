import { checkPreconditions } from "@entity-tag/core/fetch";
import { route } from "@entity-tag/next";

interface Context {
  params: Promise<{ kind: string }>;
}

const text = "The same words, again and again. ".repeat(200);
const headers = { "content-type": "text/plain", vary: "Cookie" };
const read = () => new Response(text, { headers });
const written = () => new Response("written", { headers });
const v1 = () => ({ etag: '"v1"' as const });
const dated = () => ({ ...v1(), lastModified: 784_111_777_000 });

const part = ({ headers }: Request) =>
  headers.has("Range")
    ? new Response(text.slice(0, 4), {
        status: 206,
        headers: { "content-range": `bytes 0-3/${text.length}` },
      })
    : read();

/** An answer that Next compresses, with each way of giving it a tag, and a write for each way. */
const kinds: Record<string, ReturnType<typeof route<"GET" | "PUT">>> = {
  /** The handler knows the tag, and judges writes itself. */
  own: route({
    GET: () => new Response(text, { headers: { ...headers, etag: '"v1"' } }),
    PUT: (request) =>
      checkPreconditions(request, v1()) ?? new Response("written", { headers: { etag: '"v2"' } }),
  }),
  current: route({ GET: read, PUT: written }, { current: v1, headers: { vary: "Cookie" } }),
  /** The handler judges reads, too. */
  judging: route({
    GET: (request) =>
      checkPreconditions(request, dated()) ?? new Response(text, { headers: { ...headers, etag: '"v1"' } }),
    PUT: (request) => checkPreconditions(request, dated()) ?? written(),
  }),
  /** The handler honours every range that it sees. */
  ranged: route({ GET: part, PUT: written }, { current: v1 }),
  content: route({ GET: read, PUT: written }),
  "strong-content": route({ GET: read, PUT: written }, { tag: { weak: false } }),
  made: route({ GET: read, PUT: written }, { tag: () => '"v1"' }),
  weak: route(
    { GET: read, PUT: written },
    { current: () => ({ etag: 'W/"v1"' }), headers: { vary: "Cookie" } },
  ),
  /** A weak tag of the handler's own. */
  "weak-own": route({
    GET: () => new Response(text, { headers: { ...headers, etag: 'W/"v1"' } }),
    PUT: written,
  }),
  dated: route(
    {
      GET: () =>
        new Response(text, { headers: { ...headers, "last-modified": "Sun, 06 Nov 1994 08:49:37 GMT" } }),
      PUT: written,
    },
    { tag: false },
  ),
};

const dispatch = (method: "GET" | "PUT") => async (request: Request, context: Context) =>
  kinds[(await context.params).kind]![method](request, context);

export const GET = dispatch("GET");
export const PUT = dispatch("PUT");
