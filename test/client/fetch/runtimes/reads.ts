import type * as Client from "@entity-tag/client";

/** The reads that must work on every runtime. The answers are compared with {@link expected}. */
export async function reads(
  { conditionalFetch, isNotModified }: typeof Client,
  base: string,
): Promise<unknown> {
  const events: string[] = [];
  const remembering = conditionalFetch({ onEvent: ({ text }) => events.push(text) });
  const ask = async (path: string, init?: RequestInit) => {
    const response = await remembering(base + path, init);
    return [
      response.status,
      isNotModified(response),
      (await response.text()).length,
      response.url === base + path,
    ];
  };
  /** Readers that take nothing, a copy or a part leave the kept answer whole. */
  const unread = async () => {
    const [first, second, third] = await Promise.all([1, 2, 3].map(() => remembering(`${base}/slow?unread`)));
    first!.body!.getReader();
    await second!.clone().text();
    await third!.body!.cancel();
    return ask("/slow?unread");
  };
  const twice = async (path: string, init?: () => RequestInit) => [
    await ask(path, init?.()),
    await ask(path, init?.()),
  ];
  /** The texts of answers, `304` before each one that was kept. */
  const texts = async (path: string, inits: readonly RequestInit[]) => {
    const found = [];
    for (const init of inits) {
      const response = await remembering(base + path, init);
      found.push(`${isNotModified(response) ? "304 " : ""}${await response.text()}`);
    }
    return found;
  };
  const accepting = (type: string) => ({ headers: { Accept: type } });
  const query = (type: string, body: BodyInit = "a") =>
    ({ method: "QUERY", body, headers: { "Content-Type": type }, duplex: "half" }) as RequestInit;
  return {
    variants: await texts("/variant", ["a/a", "b/b", "a/a", "b/b"].map(accepting)),
    queries: await texts("/answer", [
      query("a/a"),
      { method: "GET" },
      query("b/b"),
      query("a/a", new Blob(["a"]).stream()),
      query("a/a", "b"),
      { method: "HEAD" },
      { method: "GET" },
    ]),
    unread: await unread(),
    plain: await twice("/plain"),
    large: await twice("/large"),
    coded: await twice("/gzip"),
    dated: await twice("/dated"),
    vary: await twice("/vary", () => ({ headers: { Accept: "a/a" } })),
    query: await twice("/query", () => ({ method: "QUERY", body: "a" })),
    typed: await twice("/typed", () => ({ method: "QUERY", body: new Blob(["a"], { type: "a/b" }) })),
    moved: await twice("/moved", () => ({ method: "QUERY", body: "a" })),
    noStore: await twice("/no-store"),
    together: await Promise.all([1, 2, 3].map(() => ask("/slow"))),
    own: await ask("/plain", { headers: { "If-None-Match": '"1"' } }),
    clone: await remembering(`${base}/plain`).then((response) => isNotModified(response.clone())),
    truncated: await ask("/truncated").catch(() => "rejected"),
    events,
  };
}

const kept = (length: number) => [
  [200, false, length, true],
  [200, true, length, true],
];

/** How many of the reads are answered with a 304. */
export const revalidations = 14;

export const expected = {
  variants: ["a/a", "b/b", "304 a/a", "304 b/b"],
  queries: [
    "QUERY a/a a",
    "GET undefined ",
    "QUERY b/b a",
    "304 QUERY a/a a",
    "QUERY a/a b",
    "",
    "304 GET undefined ",
  ],
  unread: [200, true, 5, true],
  plain: kept(5),
  large: kept(1_000_000),
  coded: kept(600),
  dated: kept(5),
  vary: kept(5),
  query: kept(5),
  typed: kept(5),
  moved: kept(5).map((answer) => [...answer.slice(0, 3), false]),
  noStore: [
    [200, false, 5, true],
    [200, false, 5, true],
  ],
  together: [1, 2, 3].map(() => [200, false, 5, true]),
  own: [304, false, 0, true],
  clone: true,
  truncated: "rejected",
};
