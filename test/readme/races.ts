/** How the test lets two writers meet in a block of a document. */
export interface Race {
  document: string;
  /** A text that only this block of the document has. */
  has: string;
  /** The block is cut before this text, because the rest only prints the results of the program. */
  until?: string;
  /**
   * Code behind the block. It exports `save`, a function from `Request` to `Promise<Response>`, and perhaps `url`,
   * `tag` (otherwise a GET asks for it), `kept` (it must return true in the end) and `close`.
   */
  behind: string;
  method?: "PUT" | "POST";
  body?: string;
  /** The statuses of the answers to the two writers, in ascending order. */
  statuses?: readonly number[];
}

const JSON_PAGE = '{"text":"mine","content":"mine","name":"mine"}';
const created = (resource: string, url: string) =>
  `export const save = ${resource};\nexport const url = "http://localhost${url}";
   const made = await save(new Request(url, { method: "PUT", body: '${JSON_PAGE}', headers: { "Content-Type": "application/json", "If-None-Match": "*" } }));
   export const tag = made.headers.get("ETag");`;

/** Sends a request on to the server of a block. `at` is an expression for the url. */
const sentTo = (at: string) =>
  `({ method, headers, body }: Request) => fetch(${at}, { method, headers, body, duplex: "half" } as RequestInit)`;
const portUrl = "`http://localhost:$" + "{port}/api/notes/tea`";
const closing = "export const close = () => { server.close(); server.closeAllConnections(); };";

/** Every block that answers writes and runs in this process. */
export const races: readonly Race[] = [
  {
    document: "README.md",
    has: "async function save",
    until: "const put =",
    behind: "export { save, tag };",
  },
  {
    document: "packages/core/README.md",
    has: "async function put",
    until: "const send =",
    behind: `export { put as save };\nexport const tag = '"1"';`,
  },
  {
    document: "packages/client/README.md",
    has: "const visit =",
    until: "interface Page",
    behind: `export { url };
      export const save = ${sentTo("url")};
      ${closing}`,
    body: "{}",
  },
  {
    document: "packages/store/README.md",
    has: "new DatabaseSync",
    until: "async function put",
    behind: created("pages", "/pages/home"),
    body: JSON_PAGE,
  },
  {
    document: "packages/store/README.md",
    has: "limit=2",
    until: "const page =",
    behind: 'export { pages as save };\nexport const url = "http://localhost/pages/a";',
    body: JSON_PAGE,
  },
  {
    document: "packages/store/README.md",
    has: "async function withdraw",
    until: "const request =",
    behind: `export { withdraw as save };
      export const tag = null;
      export const kept = async () => (await accounts.read("ann"))?.value.balance === 40;`,
    method: "POST",
    body: '{"amount":60}',
    statuses: [204, 409],
  },
  {
    document: "packages/store/README.md",
    has: "function myStore<T>",
    until: "contractTests(test",
    behind: `import { mutate } from "@entity-tag/store";
      const store = myStore<number>();
      export const save = (request: Request) => mutate(request, store, "hits", (hits) => (hits ?? 0) + 1);
      export const tag = null;
      export const kept = async () => (await store.read("hits"))?.value === 2;`,
    method: "POST",
    statuses: [201, 204],
  },
  {
    document: "docs/guides/choosing-a-tag.md",
    has: "async function save",
    until: "const headers =",
    behind: "export { save };\nexport const tag = page.etag;",
  },
  {
    document: "docs/guides/clients.md",
    has: "const events = resource",
    until: "const server =",
    behind: created("events", "/events/tea"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/clients.md",
    has: "const visit = (page: Page)",
    until: "let losesAnswers",
    behind: created("pages", "/pages/home"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/collections.md",
    has: "const people = resource",
    until: "const page =",
    behind: 'export { people as save };\nexport const url = "http://localhost/people/ann";',
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/collections.md",
    has: "const events = resource",
    until: "const created =",
    behind: `export { events as save };
      const made = await events(new Request("http://localhost/events", { method: "POST", body: new Blob(['{"summary":"Tea"}'], { type: "application/json" }) }));
      export const url = new URL(made.headers.get("Location")!, "http://localhost").href;`,
    body: '{"summary":"Mine"}',
    statuses: [200, 412],
  },
  {
    document: "docs/guides/mounting.md",
    has: "express()",
    until: "const created =",
    behind: `${created(sentTo(portUrl), "/api/notes/tea")}
${closing}`,
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: "fastify()",
    until: "const created =",
    behind: `const at = (await app.listen({ port: 0, host: "127.0.0.1" })) + "/api/notes/tea";
      ${created(sentTo("at"), "/api/notes/tea")}
      export const close = () => app.close();`,
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: "new Koa()",
    until: "const created =",
    behind: `${created(sentTo(portUrl), "/api/notes/tea")}
${closing}`,
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: "new Hono()",
    until: "console.log",
    behind: created("async (request: Request) => app.fetch(request)", "/api/notes/tea"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: "new Elysia()",
    behind: created("async (request: Request) => app.handle(request)", "/api/notes/tea"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: '"@sveltejs/kit"',
    behind: created("async (request: Request) => fallback({ request } as never)", "/api/notes/tea"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: 'from "astro"',
    behind: created("async (request: Request) => ALL({ request } as never) as Response", "/api/notes/tea"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/mounting.md",
    has: '@entity-tag/next"',
    behind: created("(request: Request) => PUT(request as never, undefined as never)", "/api/notes/tea"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/protect-writes.md",
    has: "import { mutate }",
    until: "const put =",
    behind: "export { save, current as tag };",
  },
  {
    document: "docs/guides/protect-writes.md",
    has: "FormData",
    until: "const answers =",
    behind: `const saveText = async (request: Request) =>
        new Response(null, { status: (await save(filled(await request.text()))) === "Saved" ? 204 : 412 });
      const tag = JSON.stringify(version);
      export { saveText as save, tag };`,
  },
  {
    document: "docs/guides/clients.md",
    has: "query-core",
    until: "const url =",
    behind: created("photos", "/photos/cat"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/protect-writes.md",
    has: "const pages = resource",
    until: "const put =",
    behind: created("pages", "/pages/home"),
    body: JSON_PAGE,
  },
  {
    document: "docs/guides/proxies.md",
    has: "const behindProxy",
    until: "const put =",
    behind: 'export { behindProxy as save, seen as tag };\nexport const url = "http://localhost/pages/home";',
    body: JSON_PAGE,
  },
];

/** Blocks that write and are raced elsewhere, or cannot be raced. `has` is as above. */
export const elsewhere: readonly { document: string; has: string; why: string }[] = [
  { document: "packages/next/README.md", has: "pages/[slug]", why: "raced in test/adapters/next.test.ts" },
  { document: "packages/core/README.md", has: "evaluate(request", why: "decides, and writes nothing" },
  {
    document: "packages/node/README.md",
    has: "answerOf = (reply: Reply)",
    why: "deletes a field, and serves reads",
  },
  {
    document: "packages/core/README.md",
    has: "ifModifiedSince(date",
    why: "asks conditions, and writes nothing",
  },
  {
    document: "packages/client/README.md",
    has: "const opened = await read<{ summary",
    why: "a client: the server is another's",
  },
  { document: "packages/client/README.md", has: "const upload =", why: "a client: the server is another's" },
  { document: "packages/store/README.md", has: "bun:sqlite", why: "one swap, raced in test/store/contract" },
  {
    document: "packages/store/README.md",
    has: "postgresStore",
    why: "one swap, raced in test/store/contract",
  },
  { document: "packages/store/README.md", has: "redisStore", why: "one swap, raced in test/store/contract" },
  { document: "packages/store/README.md", has: "denoKvStore", why: "one swap, raced in test/store/contract" },
  { document: "packages/store/README.md", has: "Locked for a backup", why: "no write succeeds" },
  {
    document: "docs/guides/protect-writes.md",
    has: "This loses updates",
    why: "shows a lost update, and its output says so",
  },
  { document: "docs/guides/revalidate-reads.md", has: "If-Modified-Since", why: "judges a read" },
  {
    document: "docs/guides/migrating.md",
    has: 'ifMatch("*", null)',
    why: "asks conditions, and writes nothing",
  },
  {
    document: "docs/guides/scaling-out.md",
    has: "Array.from({ length: 20 }",
    why: "races twenty writers itself",
  },
];
