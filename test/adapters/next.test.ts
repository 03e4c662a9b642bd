import { readFileSync } from "node:fs";
import { codedTag, type EntityTag, isWeak, parseTag, strongMatch, weaken, weakMatch } from "@entity-tag/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Answer, http1 } from "./bed/connection.ts";
import { expectCors } from "./bed/cors.ts";
import { programs } from "./bed/documents.ts";
import { expectRows } from "./bed/expect-rows.ts";
import { buildNext, fixture } from "./bed/next-build.ts";
import { expectBodies, expectDeserted, expectNowhere, expectPage } from "./bed/page.ts";
import { expectSeen } from "./bed/seen-checks.ts";
import { type Server, start } from "./bed/server.ts";
import { expectStreams } from "./bed/stream-checks.ts";
import { nextTargets } from "./bed/targets.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 });

let server: Server;
beforeAll(async () => {
  await buildNext();
  server = await start(nextTargets[0]!.command);
});
afterAll(() => server?.stop());

const counts: string[] = [];
afterAll(() => console.log(counts.join("\n")));

describe("Every row has its answer from Next, built and started", () => {
  it.for(nextTargets)("$name answers every row, and its connections stay in use", async (target) => {
    counts.push(await expectRows(target, server.port));
  });
});

describe.each(["node", "edge"])("The requests of Next on %s", (runtime) => {
  const base = `/seen/${runtime}`;
  expectSeen(() => server.port, { base, members: { path: base, cookie: "1" }, hasQuery: false });
});

describe("route does not change what Next does by itself", () => {
  it("HEAD is answered as GET, without the body", async () => {
    const { get, head } = await both("/time");
    expect(head).toMatchObject({ status: 200, body: "" });
    expect(field(head, "etag")).toBe(field(get, "etag"));
    const again = await ask("HEAD", "/time", { "If-None-Match": field(get, "etag")! });
    expect(again.status).toBe(304);
  });

  it("OPTIONS lists the given methods", async () => {
    const answer = await ask("OPTIONS", "/time");
    expect(answer.status).toBe(204);
    expect(field(answer, "allow")).toBe("GET, HEAD, OPTIONS");
  });

  it("Next refuses a method that has no handler", async () => {
    expect((await ask("PUT", "/time", { "If-Match": '"v0"' }, "text")).status).toBe(405);
  });

  it("a handler gets Next's own request, with the conditions that the client sent", async () => {
    const { body } = await ask("GET", "/request", {
      "If-None-Match": 'W/"a-gzip", "b-deflate","c"',
    });
    expect(JSON.parse(body)).toEqual({ path: "/request", condition: 'W/"a-gzip", "b-deflate","c"' });
  });

  it("an answer that Next would cache because of `revalidate` is dynamic under route", async () => {
    const bodies = async (path: string) =>
      new Set([(await ask("GET", path)).body, (await ask("GET", path)).body]);
    expect((await bodies("/kept/plain")).size).toBe(1);
    expect((await bodies("/kept/guarded")).size).toBe(2);
  });

  it("the parameters of the path reach the handlers and current", async () => {
    expect(await ask("GET", "/pages/home")).toMatchObject({ status: 200, body: "Hello" });
    expect((await ask("GET", "/pages/nowhere")).status).toBe(404);
    expect((await ask("PUT", "/pages/new", { "If-None-Match": "*" }, "text")).status).toBe(204);
    expect((await ask("PUT", "/pages/new", { "If-None-Match": "*" }, "text")).status).toBe(412);
  });
});

describe("The fields that Next adds after a handler are also on the answer that replaces it", () => {
  const none = { "If-None-Match": '"v1"' };

  it.each<[method: string, path: string, conditions: Record<string, string>, status: number, cookie: string]>(
    [
      ["GET", "cookies", {}, 200, "visit=1"],
      ["GET", "cookies", none, 304, "visit=1"],
      ["HEAD", "cookies", none, 304, "visit=1"],
      ["GET", "cookies", { "If-None-Match": '"v1-gzip"', "Accept-Encoding": "gzip" }, 304, "visit=1"],
      ["GET", "cookies", { "If-Match": '"v0"' }, 412, "visit=1"],
      ["GET", "session", none, 304, "session=renewed"],
      ["PUT", "session", { "If-Match": '"v1"' }, 204, "session=renewed"],
      ["PUT", "session", { "If-Match": '"v0"' }, 412, "session=renewed"],
      ["PUT", "session", {}, 428, "session=renewed"],
      ["GET", "streamed", none, 304, "visit=1"],
      ["GET", "streamed", { "If-Match": '"v0"' }, 412, "visit=1"],
    ],
  )("%s %s with %j is a %i with the cookie %s", async (method, path, conditions, status, cookie) => {
    const body = method === "PUT" ? "text" : undefined;
    const answer = await ask(method, `/own/${path}?tag`, conditions, body);
    expect([answer.status, field(answer, "set-cookie")]).toEqual([status, `${cookie}; Path=/`]);
  });

  it("a draft and its page have different tags, and a 304 turns on the draft mode, too", async () => {
    const page = { "If-None-Match": '"page"' };
    expect(await ask("GET", "/own/draft", page)).toMatchObject({ status: 304 });
    const enabled = await ask("GET", "/own/draft?enable", page);
    expect(enabled).toMatchObject({ status: 200, body: "the draft" });
    const cookie = field(enabled, "set-cookie")!;
    expect(cookie).toContain("__prerender_bypass=");
    const again = await ask("GET", "/own/draft?enable", { "If-None-Match": '"draft"' });
    expect([again.status, field(again, "set-cookie")]).toEqual([304, cookie]);
    const asEditor = { Cookie: cookie.split(";")[0]! };
    expect((await ask("GET", "/own/draft", { ...asEditor, ...page })).body).toBe("the draft");
    expect((await ask("GET", "/own/draft", { ...asEditor, "If-None-Match": '"draft"' })).status).toBe(304);
  });

  it.each(["identity", "gzip"])(
    "a streamed body arrives whole, and has the Vary of its 304 (%s)",
    async (coding) => {
      for (const [query, tag] of [
        ["", undefined],
        ["?tag", coding === "gzip" ? '"v1-gzip"' : '"v1"'],
      ] as const) {
        const whole = await ask("GET", `/own/streamed${query}`, { "Accept-Encoding": coding });
        expect([whole.status, field(whole, "etag")]).toEqual([200, tag]);
        expect(field(whole, "content-encoding")).toBe(coding === "gzip" ? "gzip" : undefined);
        if (coding === "identity") expect(whole.body).toHaveLength(19_800);
        const again = await ask("GET", `/own/streamed${query}`, {
          "Accept-Encoding": coding,
          "If-None-Match": "*",
        });
        expect([again.status, field(again, "etag")]).toEqual([304, tag]);
        expect(members(again, "vary").sort()).toEqual(members(whole, "vary").sort());
      }
    },
  );

  it("a write beside force-static, whose handler gets no request, is not made", async () => {
    for (const conditions of [{}, { "If-Match": '"v0"' }, { "If-Match": '"v1"' }]) {
      expect((await ask("PUT", "/own/static", conditions, "text")).status).toBe(500);
    }
    expect(JSON.parse((await ask("GET", "/own/static-writes")).body)).toBe(0);
  });
});

/** Next's choice is not known for `gzip, identity` and the entries below it, so their tags are weak. */
const acceptEncodings = [
  undefined,
  "",
  "gzip",
  "deflate",
  "identity",
  "br",
  "gzip, deflate, br, zstd",
  "deflate, gzip",
  "GZIP",
  "gzip;q=1.0,deflate;q=0.6,identity;q=0.3",
  "gzip;q=0",
  "gzip;q=0, deflate",
  "gzip;q=0.2, identity;q=0.8",
  "gzip, identity",
  "identity, gzip",
  "identity;q=1, *;q=0",
  "*",
  "gzip;Q=0.2, identity",
  "gzip;level=1",
];
const accepting = (encoding: string | undefined): Record<string, string> =>
  encoding === undefined ? {} : { "Accept-Encoding": encoding };

describe.each([
  "node/own",
  "node/current",
  "node/content",
  "node/strong-content",
  "node/made",
  "node/weak",
  "edge/current",
])("compress: true and the tag (%s)", (kind) => {
  const path = `/compressed/${kind}`;

  it("no two codings share a strong tag", async () => {
    const codings = new Map<string, Set<string>>();
    for (const encoding of acceptEncodings) {
      const answer = await ask("GET", path, accepting(encoding));
      const tag = parseTag(field(answer, "etag"))!;
      if (isWeak(tag)) continue;
      codings.set(tag, (codings.get(tag) ?? new Set()).add(field(answer, "content-encoding") ?? "identity"));
    }
    const sent = [...codings.values()].map((set) => [...set]);
    expect(sent.filter((set) => set.length > 1)).toEqual([]);
    if (!/\/(content|weak)$/.test(kind)) expect(sent.flat().sort()).toEqual(["deflate", "gzip", "identity"]);
  });

  it("Next compresses, and adds Accept-Encoding to the handler's Vary", async () => {
    const answer = await ask("GET", path, accepting("gzip"));
    expect(field(answer, "content-encoding")).toBe("gzip");
    expect(members(answer, "vary")).toEqual(expect.arrayContaining(["Cookie", "Accept-Encoding"]));
  });

  it.each(acceptEncodings)(
    "the tag that was sent for Accept-Encoding %s gets a 304, by GET and by HEAD",
    async (encoding) => {
      const first = await ask("GET", path, accepting(encoding));
      const etag = field(first, "etag")!;
      for (const method of ["GET", "HEAD"]) {
        const again = await ask(method, path, { ...accepting(encoding), "If-None-Match": etag });
        expect(again).toMatchObject({ status: 304, body: "" });
        expect(field(again, "etag")).toBe(etag);
        expect(field(again, "content-encoding")).toBeUndefined();
      }
    },
  );
});

/** How a client gets a tag, and how it asks then. Next's choice for the last is not known. */
const codings = ["gzip", "deflate"];
const ways = [undefined, "gzip", "deflate", "gzip, identity"];

describe.each(["node", "edge"])("compress: true and the answer that replaces a 200 on %s", (runtime) => {
  const at = (kind: string) => `/compressed/${runtime}/${kind}`;

  it.each(["own", "current", "made", "content", "strong-content", "weak", "weak-own", "dated"])(
    "a 304 has the Vary of its 200, and its tag (%s)",
    async (kind) => {
      for (const encoding of ways) {
        const whole = await ask("GET", at(kind), accepting(encoding));
        const validators = {
          ...(field(whole, "etag") !== undefined && { "If-None-Match": field(whole, "etag")! }),
          ...(field(whole, "last-modified") !== undefined && {
            "If-Modified-Since": field(whole, "last-modified")!,
          }),
        };
        for (const method of ["GET", "HEAD"]) {
          const again = await ask(method, at(kind), { ...accepting(encoding), ...validators });
          expect(again.status).toBe(304);
          expect(members(again, "vary").sort()).toEqual(members(whole, "vary").sort());
          expect(members(again, "vary")).toEqual(expect.arrayContaining(["Cookie", "Accept-Encoding"]));
          expect(field(again, "etag")).toBe(field(whole, "etag"));
        }
      }
    },
  );

  it.each(["own", "current", "judging", "made", "content", "strong-content", "weak", "weak-own"])(
    "a read gets a 304 exactly if the request has a tag of this version that the client may have (%s)",
    async (kind) => {
      const tags: EntityTag[] = [];
      for (const way of ways) tags.push(parseTag(field(await ask("GET", at(kind), accepting(way)), "etag"))!);
      const named = new Set([...tags, ...tags.map(weaken), '"other-gzip"', 'W/"v1-deflate"'] as EntityTag[]);
      for (const [index, way] of ways.entries()) {
        const selected = tags[index]!;
        const plain = tags[ways.indexOf(undefined)]!;
        const accepted = [
          selected,
          plain,
          ...codings.filter((coding) => way?.includes(coding)).map((coding) => codedTag(plain, coding)),
        ];
        for (const tag of named) {
          for (const list of [tag, `"v0", ${tag}`]) {
            // A date is ignored if there is an If-None-Match.
            const answer = await ask("GET", at(kind), {
              ...accepting(way),
              "If-None-Match": list,
              "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT",
            });
            // The tag without a coding names the version for everybody, a coded one for those who accept its coding.
            const isHeld = accepted.some((each) => weakMatch(tag, each));
            expect([list, way, answer.status]).toEqual([list, way, isHeld ? 304 : 200]);
            expect(weakMatch(parseTag(field(answer, "etag"))!, isHeld ? tag : selected)).toBe(true);
          }
        }
      }
    },
  );

  it("a range is honoured for the tag of the sent form, and only if that form is the handler's own bytes", async () => {
    for (const way of ways) {
      for (const etag of ['"v1"', '"v1-gzip"', '"v1-deflate"', 'W/"v1"', '"v0"']) {
        const answer = await ask("GET", at("ranged"), {
          ...accepting(way),
          Range: "bytes=0-3",
          "If-Range": etag,
        });
        const expected = way === undefined && etag === '"v1"' ? 206 : 200;
        expect([way, etag, answer.status]).toEqual([way, etag, expected]);
      }
    }
  });
});

describe("compress: true and any Accept-Encoding", () => {
  const quality = fc.constantFrom(
    "",
    "",
    ";q=0",
    ";q=0.3",
    ";q=0.5",
    "; q=1",
    ";q=",
    ";q = 0.5",
    ";Q=0.2",
    ";q=x",
    ";a=1;q=0.1",
  );
  const name = fc.constantFrom("gzip", "deflate", "identity", "br", "*", "GZIP", "x-gzip", "", "gzip x");
  const member = fc.tuple(name, quality).map((parts) => parts.join(""));
  const list = fc.tuple(fc.array(member, { maxLength: 4 }), fc.constantFrom(",", ", ", " ,", ",,"));

  it("a strong tag contains the coding of the sent form", async () => {
    const sentAs = { '"v1"': undefined, '"v1-gzip"': "gzip", '"v1-deflate"': "deflate" };
    await fc.assert(
      fc.asyncProperty(list, async ([members, comma]) => {
        const answer = await ask("GET", "/compressed/node/current", accepting(members.join(comma)));
        const etag = field(answer, "etag")!;
        if (etag === 'W/"v1"') return;
        expect(Object.keys(sentAs)).toContain(etag);
        expect(field(answer, "content-encoding")).toBe(sentAs[etag as keyof typeof sentAs]);
      }),
      { numRuns: 120 },
    );
  });
});

describe.each(["node/own", "node/current", "edge/own", "edge/current"])(
  "compress: true and a write (%s)",
  (kind) => {
    const path = `/compressed/${kind}`;
    const canWrite = acceptEncodings.filter(
      (encoding) => !/[*A-Zl]|^gzip, i|^identity, g/.test(encoding ?? ""),
    );

    it.each(canWrite)("If-Match accepts the tag that was sent for Accept-Encoding %s", async (encoding) => {
      const etag = field(await ask("GET", path, accepting(encoding)), "etag")!;
      expect((await ask("PUT", path, { ...accepting(encoding), "If-Match": etag }, "text")).status).toBe(200);
      // A proxy may have removed the client's Accept-Encoding.
      expect((await ask("PUT", path, { "If-Match": `"v0", ${etag}` }, "text")).status).toBe(200);
    });

    it.each(['"v0"', '"v0-gzip"', 'W/"v1"', 'W/"v1-gzip"', '"v1-gzip', '"v1-next-br"'])(
      "a write with %s is refused, with the tag to try again with",
      async (stale) => {
        const refused = await ask("PUT", path, { "Accept-Encoding": "gzip", "If-Match": stale }, "text");
        expect(refused.status).toBe(412);
        const etag = parseTag(field(refused, "etag"))!;
        expect(strongMatch(etag, '"v1"')).toBe(true);
        const again = await ask("PUT", path, { "Accept-Encoding": "gzip", "If-Match": etag }, "text");
        expect(again.status).toBe(200);
      },
    );
  },
);

describe("Streams through route", () => {
  expectStreams(() => `http://localhost:${server.port}/streams`);
});

describe("The programs of the documents", () => {
  it.each([
    ["docs/frameworks/next.md", 0, "app/note/route.ts", "/note"],
    ["packages/next/README.md", 0, "app/pages/[slug]/route.ts", "/pages/home"],
  ] as const)(
    "%s, block %i, is %s of this application, and follows the rules",
    async (document, block, file, path) => {
      const program = programs(document)[block]!;
      expect(program.split("\n")[0]).toBe(`// ${file}`);
      expect(readFileSync(`${fixture}/${file}`, "utf8")).toBe(program);
      const url = `http://localhost:${server.port}${path}`;
      await expectPage(url);
      if (document !== "docs/frameworks/next.md") return;
      await expectNowhere(url);
      await expectBodies(url);
      await expectDeserted(url);
    },
  );

  it("docs/frameworks/next.md, block 1, lets a script of another origin write with conditions", async () => {
    const config = readFileSync(`${fixture}/next.config.ts`, "utf8");
    expect(config.startsWith(programs("docs/frameworks/next.md")[1]!)).toBe(true);
    await expectCors(`http://localhost:${server.port}/note`);
  });

  it("docs/guides/mounting.md, the block of Next, is built for app/api/notes/[[...path]], and answers", async () => {
    const route = readFileSync(`${fixture}/app/api/notes/[[...path]]/route.ts`, "utf8");
    expect(programs("docs/guides/mounting.md")).toContain(route);
    const created = await ask(
      "PUT",
      "/api/notes/tea",
      { "If-None-Match": "*", "Content-Type": "application/json" },
      '{"text":"Green"}',
    );
    expect([created.status, field(created, "location")]).toEqual([201, "/api/notes/tea"]);
    expect((await ask("GET", "/api/notes", {})).status).toBe(200);
  });

  it("packages/next/README.md, block 1, is app/time/route.ts of this application", () => {
    expect(readFileSync(`${fixture}/app/time/route.ts`, "utf8")).toBe(programs("packages/next/README.md")[1]);
  });
});

async function both(path: string): Promise<{ get: Answer; head: Answer }> {
  return { get: await ask("GET", path), head: await ask("HEAD", path) };
}

/** Each request has a connection of its own: Next closes one that is idle while other tests run. */
async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const connection = await http1(server.port);
  try {
    return await connection.ask({
      method,
      path,
      headers: Object.entries(headers),
      ...(body !== undefined && { body }),
    });
  } finally {
    connection.close();
  }
}

const members = (answer: Answer, name: string): string[] =>
  (field(answer, name) ?? "").split(",").map((member) => member.trim());

function field({ headers }: Answer, name: string): string | undefined {
  const lines = headers.filter(([candidate]) => candidate === name).map(([, value]) => value);
  return lines.length === 0 ? undefined : lines.join(", ");
}
