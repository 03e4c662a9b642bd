import { gzipSync } from "node:zlib";
import {
  type CacheEvent,
  conditionalFetch,
  isNotModified,
  memoryStore,
  type ResponseStore,
  type StoredResponse,
} from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { fc } from "@fast-check/vitest";
import { Agent } from "undici";
import { afterEach, describe, expect, it } from "vitest";
import { servers } from "./server.ts";

const open = servers();
afterEach(open.close);
const text = async (response: Response | Promise<Response>) => (await response).text();

/** A server that answers 200 with the tag and body, or 304 to that tag. */
function page(
  etag: () => string,
  {
    body = () => `body of ${etag()}`,
    fields = {},
    on304 = {},
  }: {
    body?: () => string;
    fields?: Record<string, string>;
    on304?: Record<string, string>;
  } = {},
) {
  return (req: import("node:http").IncomingMessage, res: import("node:http").ServerResponse) => {
    const asked = req.headers["if-none-match"]?.split(", ") ?? [];
    const plain = (tag: string) => tag.replace("W/", "");
    if (asked.map(plain).includes(plain(etag()))) return res.writeHead(304, { ETag: etag(), ...on304 }).end();
    const octets = Buffer.from(body());
    return res.writeHead(200, { ETag: etag(), "Content-Length": octets.length, ...fields }).end(octets);
  };
}

const KEPT = {
  ...{ url: "", group: "", variant: "", vary: [], id: "", status: 200, statusText: "OK", time: 0 },
  ...{ headers: [["etag", '"1"']], finalUrl: "", redirected: false, body: new Uint8Array(1) },
};

describe("conditionalFetch: a 304", () => {
  it("a 304 adds and replaces fields, except fields of the content, fields of the connection, and cookies", async () => {
    const server = await open.serve(
      page(() => '"1"', {
        fields: { "X-A": "old", "Content-Type": "text/plain", "Set-Cookie": "a=1" },
        on304: {
          "X-A": "new",
          "X-B": "added",
          "Content-Foo": "bar",
          "Content-Type": "text/html",
          "Content-Encoding": "br",
          "Content-Range": "bytes 0-1/2",
          "Set-Cookie": "a=2",
        },
      }),
    );
    const remembering = conditionalFetch();
    for (const _ of [1, 2]) await text(remembering(server.url));
    const { headers, status } = await remembering(server.url);
    const read = [
      "X-A",
      "X-B",
      "Content-Foo",
      "Content-Type",
      "Content-Encoding",
      "Content-Range",
      "Set-Cookie",
    ];
    expect(read.map((name) => headers.get(name))).toEqual([
      "new",
      "added",
      "bar",
      "text/plain",
      null,
      null,
      null,
    ]);
    expect(status).toBe(200);
  });

  it.each([
    ['W/"x"', '"x"'],
    ['"x"', 'W/"x"'],
  ])(
    "a 304 to %s that spells the tag %s returns the kept answer, after one request",
    async (first, second) => {
      let tag = first;
      const server = await open.serve(page(() => tag, { body: () => "Hello" }));
      const remembering = conditionalFetch();
      await text(remembering(server.url));
      tag = second;
      for (const _ of [1, 2]) {
        const response = await remembering(server.url);
        expect([await response.text(), response.headers.get("ETag")]).toEqual(["Hello", first]);
      }
      expect(server.statuses()).toEqual([200, 304, 304]);
      expect(server.seen[2]!.headers["if-none-match"]).toBe(first);
    },
  );

  it("a 304 for another answer causes one more request, without a condition, and no loop", async () => {
    let times = 0;
    const server = await open.serve((req, res) => {
      times++;
      if (req.headers["if-none-match"]) return res.writeHead(304, { ETag: '"other"' }).end();
      return res.writeHead(200, { ETag: `"${times}"` }).end(`body ${times}`);
    });
    const remembering = conditionalFetch();
    expect(await text(remembering(server.url))).toBe("body 1");
    expect(await text(remembering(server.url))).toBe("body 3");
    expect(server.statuses()).toEqual([200, 304, 200]);
    expect(server.seen[2]!.headers["if-none-match"]).toBe(undefined);
  });

  it("a 304 with another Vary changes the key of the answer", async () => {
    const server = await open.serve(page(() => '"1"', { on304: { Vary: "Accept-Language" } }));
    const remembering = conditionalFetch();
    const ask = (language: string) =>
      text(remembering(server.url, { headers: { "Accept-Language": language } }));
    for (const language of ["de", "de", "de", "fr"]) expect(await ask(language)).toBe('body of "1"');
    expect(server.statuses()).toEqual([200, 304, 304, 304]);
  });

  it("a 304 for a date must have the same date", async () => {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    const server = await open.serve((req, res) =>
      req.headers["if-modified-since"]
        ? res.writeHead(304, { "Last-Modified": date }).end()
        : res.writeHead(200, { "Last-Modified": date }).end("x"),
    );
    const remembering = conditionalFetch();
    for (const _ of [1, 2]) await text(remembering(server.url));
    expect(server.statuses()).toEqual([200, 304]);
    date = "Sat, 05 Nov 1994 08:49:37 GMT";
    await text(remembering(server.url));
    expect(server.statuses()).toEqual([200, 304, 304, 200]);
  });

  it("a 304 from another url is not about the kept answer, even with the same tag", async () => {
    let target = "/b";
    const server = await open.serve((req, res) => {
      if (req.url === "/a") return res.writeHead(302, { Location: target }).end();
      return page(() => '"1"', { body: () => `body of ${req.url}` })(req, res);
    });
    const remembering = conditionalFetch();
    expect(await text(remembering(`${server.url}/a`))).toBe("body of /b");
    target = "/c";
    expect(await text(remembering(`${server.url}/a`))).toBe("body of /c");
    expect(server.seen.filter(({ url }) => url === "/c").map(({ status }) => status)).toEqual([304, 200]);
  });

  it("a 304 keeps `url` and `redirected` of the kept answer, in clones, too", async () => {
    const server = await open.serve((req, res) =>
      req.url === "/a" ? res.writeHead(302, { Location: "/b" }).end() : page(() => '"1"')(req, res),
    );
    const remembering = conditionalFetch();
    for (const isSame of [false, true]) {
      const response = await remembering(`${server.url}/a`);
      for (const each of [response, response.clone(), response.clone().clone()]) {
        expect([each.url, each.redirected, isNotModified(each)]).toEqual([`${server.url}/b`, true, isSame]);
        expect(await each.text()).toBe('body of "1"');
      }
    }
  });
});

describe("conditionalFetch: a caller", () => {
  it.each(["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range"])(
    "a caller that sets %s gets the server's own answer, and the store does not change",
    async (name) => {
      let status = 200;
      const server = await open.serve((_req, res) =>
        res.writeHead(status, { ETag: '"1"' }).end(status === 304 ? undefined : "x"),
      );
      const remembering = conditionalFetch();
      await text(remembering(server.url));
      for (status of [304, 206, 412])
        expect((await remembering(server.url, { headers: { [name]: '"z"' } })).status).toBe(status);
      expect(server.seen[1]!.headers[name.toLowerCase()]).toBe('"z"');
    },
  );

  it("an answer is not kept if it has Vary: *, or if it or its request has no-store", async () => {
    for (const init of [{ cache: "no-store" as const }, { headers: { "Cache-Control": "No-Store" } }]) {
      const server = await open.serve(page(() => '"1"'));
      const remembering = conditionalFetch();
      for (const _ of [1, 2]) await text(remembering(server.url, init));
      expect(server.statuses()).toEqual([200, 200]);
    }
    for (const fields of [{ "Cache-Control": "NO-STORE" }, { Vary: "Accept, *" }]) {
      const server = await open.serve(page(() => '"1"', { fields: fields as Record<string, string> }));
      const remembering = conditionalFetch();
      for (const _ of [1, 2]) await text(remembering(server.url));
      expect(server.statuses()).toEqual([200, 200]);
    }
  });

  it("a caller that misspells an option gets a TypeError at once", () => {
    expect(() => conditionalFetch({ stroe: memoryStore() } as object)).toThrow(
      "conditionalFetch() has no option `stroe`",
    );
    expect(() => conditionalFetch({ maxEntryBytes: Number.NaN })).toThrow("`maxEntryBytes` is NaN");
    expect(() => conditionalFetch({ partition: "me" } as object)).toThrow(TypeError);
    expect(() => memoryStore({ maxBytes: 0 })).toThrow("`maxBytes` is 0");
  });

  it("a caller may give a Request, a URL, a fragment, or a method in small letters", async () => {
    const server = await open.serve(page(() => '"1"'));
    const remembering = conditionalFetch();
    const inputs = [new Request(`${server.url}/`), new URL(server.url), `${server.url}/#part`];
    for (const input of inputs) expect(await text(remembering(input))).toBe('body of "1"');
    expect(await text(remembering(server.url, { method: "get" }))).toBe('body of "1"');
    expect(server.statuses()).toEqual([200, 304, 304, 304]);
    await expect(remembering("no url")).rejects.toThrow(TypeError);
  });
});

describe("conditionalFetch: partitions", () => {
  it.each(["Authorization", "Cookie", "X-Api-Key", "X-Session-Id"])(
    "partitions never give an octet or a tag of one %s to another",
    async (name) => {
      const server = await open.serve((req, res) => {
        const who = req.headers[name.toLowerCase()] as string;
        page(() => `"${who}"`, { fields: { "Cache-Control": "max-age=60, must-revalidate" } })(req, res);
      });
      await fc.assert(
        fc.asyncProperty(fc.array(fc.constantFrom("ann", "bob"), { maxLength: 12 }), async (users) => {
          const remembering = conditionalFetch();
          const before = server.seen.length;
          await Promise.all(
            users.map(async (user) => {
              expect(await text(remembering(server.url, { headers: { [name]: user } }))).toBe(
                `body of "${user}"`,
              );
            }),
          );
          for (const user of users)
            expect(await text(remembering(server.url, { headers: { [name]: user } }))).toBe(
              `body of "${user}"`,
            );
          for (const { headers } of server.seen.slice(before))
            expect([undefined, `"${headers[name.toLowerCase()]}"`]).toContain(headers["if-none-match"]);
        }),
        { numRuns: 30 },
      );
    },
  );

  it("partitions are the texts that `partition` returns; null keeps nothing", async () => {
    const server = await open.serve(page(() => '"1"'));
    const shared = conditionalFetch({ partition: () => "all" });
    for (const user of ["ann", "bob"]) await text(shared(server.url, { headers: { Authorization: user } }));
    const none = conditionalFetch({ partition: () => null });
    for (const _ of [1, 2]) await text(none(server.url));
    expect(server.statuses()).toEqual([200, 304, 200, 200]);
    await expect(conditionalFetch({ partition: () => undefined as never })(server.url)).rejects.toThrow(
      "return a string, or null",
    );
  });

  it("partitions keep no answer of another origin under a url of the first", async () => {
    const other = await open.serve(page(() => '"1"'));
    const first = await open.serve((_req, res) => res.writeHead(302, { Location: `${other.url}/x` }).end());
    const remembering = conditionalFetch();
    for (const _ of [1, 2]) await text(remembering(first.url));
    expect(other.statuses()).toEqual([200, 200]);
  });
});

describe("conditionalFetch: variants", () => {
  it("variants are kept side by side, and the tags of all are sent", async () => {
    const server = await open.serve((req, res) =>
      page(() => `"${req.headers["accept-language"]}"`, { fields: { Vary: "accept-language" } })(req, res),
    );
    const remembering = conditionalFetch();
    const ask = (language: string) =>
      text(remembering(server.url, { headers: { "Accept-Language": language } }));
    for (const language of ["de", "fr", "de", "fr"])
      expect(await ask(language)).toBe(`body of "${language}"`);
    expect(server.statuses()).toEqual([200, 200, 304, 304]);
    expect(server.seen[3]!.headers["if-none-match"]!.split(", ").sort()).toEqual(['"de"', '"fr"']);
  });
});

describe("conditionalFetch: QUERY", () => {
  it("QUERY is kept and revalidated under its target and its content", async () => {
    const server = await open.serve(async (req, res) => {
      let content = "";
      for await (const chunk of req) content += chunk;
      page(() => `"${content}"`)(req, res);
    });
    const remembering = conditionalFetch();
    const ask = (body: string, type = "text/plain") =>
      text(remembering(server.url, { method: "QUERY", body, headers: { "Content-Type": type } }));
    for (const body of ["a", "b", "a", "b"]) expect(await ask(body)).toBe(`body of "${body}"`);
    expect(await ask("a", "application/sql")).toBe('body of "a"');
    const request = new Request(server.url, {
      method: "QUERY",
      body: "a",
      headers: { "Content-Type": "text/plain" },
    });
    expect(await text(remembering(request))).toBe('body of "a"');
    expect(server.statuses()).toEqual([200, 200, 304, 304, 200, 304]);
  });
});

describe("conditionalFetch: HEAD and unsafe methods", () => {
  it("an unsafe request that succeeds removes what is kept for the url, Location and Content-Location; one that fails does not", async () => {
    let status = 200;
    const server = await open.serve((req, res) =>
      req.method === "GET"
        ? page(() => '"1"')(req, res)
        : res.writeHead(status, { Location: "/b", "Content-Location": "/c" }).end(),
    );
    const remembering = conditionalFetch();
    const readAll = async () => {
      const from = server.seen.length;
      for (const path of ["a", "b", "c", "d"]) await text(remembering(`${server.url}/${path}`));
      return server.statuses().slice(from);
    };
    expect(await readAll()).toEqual([200, 200, 200, 200]);
    await remembering(`${server.url}/a`, { method: "PUT", body: "x" });
    expect(await readAll()).toEqual([200, 200, 200, 304]);
    status = 412;
    await remembering(`${server.url}/a`, { method: "PUT", body: "x" });
    expect(await readAll()).toEqual([304, 304, 304, 304]);
    await remembering.forget(`${server.url}/a`);
    expect(await readAll()).toEqual([200, 304, 304, 304]);
  });

  it("an older answer that is still under way is not kept", async () => {
    let release = () => {};
    let version = 1;
    const server = await open.serve((req, res) => {
      if (req.method === "PUT") {
        version = 2;
        return res.end();
      }
      const handler = page(() => `"${version}"`);
      if (version > 1 || req.headers["if-none-match"]) return handler(req, res);
      res.writeHead(200, { ETag: '"1"', "Content-Length": 8 });
      res.write("body");
      release = () => res.end(" one");
    });
    const remembering = conditionalFetch();
    const old = await remembering(server.url);
    await remembering(server.url, { method: "PUT", body: "x" });
    release();
    expect(await old.text()).toBe("body one");
    expect(await text(remembering(server.url))).toBe('body of "2"');
    expect(server.seen.at(-1)!.headers["if-none-match"]).toBe(undefined);
  });

  it("HEAD freshens a kept answer with the same validators, and marks any other as stale", async () => {
    let tag = '"1"';
    const server = await open.serve((req, res) =>
      page(() => tag, { body: () => "x", fields: { "X-Method": req.method! } })(req, res),
    );
    const store = memoryStore();
    const kept: string[] = [];
    const remembering = conditionalFetch({
      store: {
        ...store,
        freshen: async (head) => {
          kept.push(
            `${head.stale ?? false} ${new Headers(head.headers as [string, string][]).get("X-Method")}`,
          );
          await store.freshen(head);
        },
      },
    });
    await text(remembering(server.url));
    await remembering(server.url, { method: "HEAD" });
    tag = '"2"';
    await remembering(server.url, { method: "HEAD" });
    expect(kept).toEqual(["false HEAD", "true HEAD"]);
  });
});

describe("conditionalFetch: identical requests at the same time", () => {
  it("identical requests are sent once, and each caller gets its own body", async () => {
    const server = await open.serve(page(() => '"1"'));
    const events: CacheEvent[] = [];
    const remembering = conditionalFetch({ onEvent: (event) => events.push(event) });
    for (const status of [200, 304]) {
      const bodies = await Promise.all(Array.from({ length: 20 }, () => text(remembering(server.url))));
      expect(new Set(bodies)).toEqual(new Set(['body of "1"']));
      expect(server.statuses().at(-1)).toBe(status);
    }
    expect(server.seen.length).toBe(2);
    expect(events.filter(({ collapsed, fwd }) => collapsed && fwd === "uri-miss").length).toBe(19);
    expect(events.filter(({ collapsed, fwd }) => collapsed && fwd === "stale").length).toBe(19);
  });

  it("identical requests are sent once if their coded body has a length", async () => {
    const octets = gzipSync("Hello ".repeat(100));
    const server = await open.serve((req, res) =>
      req.headers["if-none-match"]
        ? res.writeHead(304).end()
        : res
            .writeHead(200, { ETag: '"1"', "Content-Encoding": "gzip", "Content-Length": octets.length })
            .end(octets),
    );
    const remembering = conditionalFetch();
    for (const length of [1, 2]) {
      const bodies = await Promise.all(Array.from({ length: 5 }, () => text(remembering(server.url))));
      expect(new Set(bodies)).toEqual(new Set(["Hello ".repeat(100)]));
      expect(server.seen.length).toBe(length);
    }
  });

  it("identical requests are sent separately if the body has no length, or the answer is no-store", async () => {
    for (const fields of [{ ETag: '"1"' }, { "Cache-Control": "no-store", "Content-Length": "5" }]) {
      const server = await open.serve((_req, res) => {
        res.writeHead(200, fields as Record<string, string>);
        res.write("Hel");
        setTimeout(() => res.end("lo"), 5);
      });
      const remembering = conditionalFetch();
      expect(await Promise.all(Array.from({ length: 3 }, () => text(remembering(server.url))))).toEqual([
        "Hello",
        "Hello",
        "Hello",
      ]);
      expect(server.seen.length).toBe(3);
    }
  });

  it("identical requests are not joined when a field differs", async () => {
    const server = await open.serve(page(() => '"1"'));
    const remembering = conditionalFetch();
    await Promise.all(
      ["a", "b"].map((value) => text(remembering(server.url, { headers: { "X-Trace": value } }))),
    );
    expect(server.seen.length).toBe(2);
  });

  it("identical requests end only when all callers have left", async () => {
    let closed = 0;
    let answer = () => {};
    const server = await open.serve((_req, res) => {
      res.on("close", () => closed++);
      answer = () => res.writeHead(200, { ETag: '"1"', "Content-Length": 5 }).end("Hello");
    });
    const remembering = conditionalFetch();
    const [a, b] = [new AbortController(), new AbortController()];
    const first = remembering(server.url, { signal: a.signal });
    const second = text(remembering(server.url, { signal: b.signal }));
    await expect.poll(() => server.seen.length).toBe(1);
    a.abort(new Error("gone"));
    await expect(first).rejects.toThrow("gone");
    answer();
    expect(await second).toBe("Hello");
    expect(server.seen.length).toBe(1);
    const both = [new AbortController(), new AbortController()];
    const all = both.map(({ signal }) => remembering(`${server.url}/2`, { signal }));
    await expect.poll(() => server.seen.length).toBe(2);
    for (const each of both) each.abort();
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await expect.poll(() => closed).toBe(2);
    expect(server.seen[1]!.status).toBe(0);
  });
});

describe("conditionalFetch: bodies and connections", () => {
  it("1,000 revalidations need one connection", { timeout: 20_000 }, async () => {
    const server = await open.serve(page(() => '"1"'));
    const dispatcher = new Agent({ connections: 1, pipelining: 1 });
    const remembering = conditionalFetch();
    for (let i = 0; i < 1000; i++) {
      const response = await remembering(server.url, { dispatcher } as RequestInit);
      if (i === 0) await response.text();
    }
    expect(server.statuses().filter((status) => status === 304).length).toBe(999);
    expect(await server.connections()).toBe(1);
    await dispatcher.close();
  });

  it("a body that is too large is still read but not kept, with and without a length", async () => {
    for (const isLong of [true, false]) {
      const server = await open.serve((_req, res) => {
        res.writeHead(200, { ETag: '"1"', ...(isLong ? { "Content-Length": 3000 } : {}) });
        for (const letter of ["a", "b", "c"]) res.write(letter.repeat(1000));
        res.end();
      });
      const remembering = conditionalFetch({ maxEntryBytes: 1500 });
      for (const _ of [1, 2]) expect((await text(remembering(server.url))).length).toBe(3000);
      expect(server.seen[1]!.headers["if-none-match"]).toBe(undefined);
    }
  });

  it.each(["cut in chunks", "cancelled", "aborted"])(
    "a body that is %s is not kept, and nothing hangs",
    async (fault) => {
      const server = await open.serve((req, res) => {
        if (server.seen.length > 1) return page(() => '"1"')(req, res);
        res.writeHead(200, { ETag: '"1"', ...(fault === "cut in chunks" ? {} : { "Content-Length": 100 }) });
        res.write("begin");
        if (fault === "cancelled" || fault === "aborted") return;
        setTimeout(() => res.socket?.destroy(), 10);
      });
      const remembering = conditionalFetch();
      const controller = new AbortController();
      const response = await remembering(server.url, { signal: controller.signal });
      if (fault === "cancelled") await response.body!.cancel();
      else if (fault === "aborted") {
        const body = response.text();
        controller.abort();
        await expect(body).rejects.toThrow("abort");
      } else await expect(response.text()).rejects.toThrow();
      await expect.poll(() => server.seen[0]!.status).toBe(200);
      expect(await text(remembering(server.url))).toBe('body of "1"');
      expect(server.seen[1]!.headers["if-none-match"]).toBe(undefined);
    },
  );

  it.each([429, 500, 502, 503, 409, 412, 404])(
    "a %i comes back unchanged, and the kept answer stays",
    async (status) => {
      let fails = false;
      const server = await open.serve((req, res) =>
        fails
          ? res.writeHead(status, { "Retry-After": "1", ETag: '"e"' }).end("no")
          : page(() => '"1"')(req, res),
      );
      const remembering = conditionalFetch();
      await text(remembering(server.url));
      fails = true;
      const failed = await remembering(server.url);
      expect([failed.status, await failed.text(), isNotModified(failed)]).toEqual([status, "no", false]);
      fails = false;
      expect(isNotModified(await remembering(server.url))).toBe(true);
    },
  );

  it("a connection that is lost before the answer rejects for all callers, and the next caller sends a new request", async () => {
    let fails = true;
    const server = await open.serve((req, res) =>
      fails ? req.socket.destroy() : page(() => '"1"')(req, res),
    );
    const remembering = conditionalFetch();
    const all = await Promise.allSettled([1, 2, 3].map(() => remembering(server.url)));
    expect(all.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    fails = false;
    expect(await text(remembering(server.url))).toBe('body of "1"');
  });

  it("a store that fails causes a request and an event, and the caller gets its answer", async () => {
    const server = await open.serve(page(() => '"1"'));
    const fail = () => Promise.reject(new Error("no disk"));
    const events: string[] = [];
    const store = { persists: false, read: fail, write: fail, freshen: fail, remove: fail };
    const remembering = conditionalFetch({ store, onEvent: ({ text }) => events.push(text) });
    for (const _ of [1, 2]) expect(await text(remembering(server.url))).toBe('body of "1"');
    await remembering(server.url, { method: "PUT", body: "x" });
    expect(events.filter((event) => event.includes("no disk")).length).toBe(3);
  });

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "rubbish"],
    ["null for an answer", [null]],
    ["an answer without fields", [{ body: new Uint8Array(1), vary: [], status: 200, variant: "" }]],
    ["fields that are no list", [{ ...KEPT, headers: { etag: '"1"' } }]],
    ["fields that no answer has", [{ ...KEPT, headers: [["a b", "c"]] }]],
    ["a body that is a text", [{ ...KEPT, body: "body" }]],
    ["a status that no answer has", [{ ...KEPT, status: 99 }]],
    ["no list of varying fields", [{ ...KEPT, vary: undefined }]],
    ["the answer of another url", [{ ...KEPT, url: "http://localhost/other" }]],
    ["the answer of another group", [{ ...KEPT, group: "of another user" }]],
  ])("a store that reads %s causes a request and an event", async (_, rubbish) => {
    const server = await open.serve(page(() => '"1"'));
    const events: string[] = [];
    const read = async (url: string, group: string) =>
      Array.isArray(rubbish)
        ? rubbish.map((it) => it && { ...it, url: it.url || url, group: it.group || group })
        : (rubbish as StoredResponse[]);
    const store: ResponseStore = { ...memoryStore(), read };
    const remembering = conditionalFetch({ store, onEvent: ({ text }) => events.push(text) });
    expect(await text(remembering(server.url))).toBe('body of "1"');
    expect(events[0]).toContain("the store failed: TypeError");
  });

  it.each(["throws", "rejects"])("a store whose remove %s is asked again before it is read", async (how) => {
    let tag = '"1"';
    const server = await open.serve(page(() => tag, { fields: { "Cache-Control": "max-age=100" } }));
    const kept = memoryStore();
    let fails = true;
    const store: ResponseStore = {
      ...kept,
      remove(...place) {
        if (!fails) return kept.remove(...place);
        const error = new Error("no disk");
        if (how === "throws") throw error;
        return Promise.reject(error);
      },
    };
    const remembering = conditionalFetch({ store, fresh: rfc9111() });
    const first = new URL("/a", server.url);
    for (const url of [server.url, first]) expect(await text(remembering(url))).toBe('body of "1"');
    tag = '"2"';
    expect((await remembering(server.url, { method: "PUT", body: "x" })).status).toBe(200);
    await expect(remembering.forget(first)).rejects.toThrow("no disk");
    for (const url of [server.url, first]) expect(await text(remembering(url))).toBe('body of "2"');
    fails = false;
    for (const url of [server.url, first]) expect(await text(remembering(url))).toBe('body of "2"');
  });

  it("a store that hangs holds up each answer for two seconds at most, and an event says so", async () => {
    const server = await open.serve(page(() => '"1"'));
    const hang = () => new Promise<never>(() => {});
    const events: string[] = [];
    const store = { persists: true, read: hang, write: hang, freshen: hang, remove: hang };
    const remembering = conditionalFetch({ store, onEvent: ({ text }) => events.push(text) });
    expect(await text(remembering(server.url))).toBe('body of "1"');
    expect((await remembering(server.url, { method: "PUT", body: "x" })).status).toBe(200);
    await expect(remembering.forget(server.url)).rejects.toThrow("no answer within 2000 ms");
    expect(events.filter((event) => event.includes("no answer within 2000 ms")).length).toBe(2);
  });

  it.each([
    ["*", "a server answers 304 to it whatever it has"],
    ['"1", "2"', "it is about two versions"],
    [`"${"x".repeat(8000)}"`, "many servers refuse so long a field"],
  ])("a tag that is %s is not sent back: %s", async (etag) => {
    let body = "first";
    const server = await open.serve((req, res) => {
      if (req.headers["if-none-match"])
        res.writeHead(req.headers["if-none-match"].length > 4096 ? 431 : 304).end();
      else res.writeHead(200, { ETag: etag, "Content-Length": body.length }).end(body);
    });
    const remembering = conditionalFetch();
    expect(await text(remembering(server.url))).toBe("first");
    body = "second";
    expect(await text(remembering(server.url))).toBe("second");
  });

  it("a condition of the caller's gets max-age=0 on a read, and nothing on a write", async () => {
    const server = await open.serve(page(() => '"1"'));
    const remembering = conditionalFetch();
    const headers = { "If-None-Match": '"1"' };
    for (const method of ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
      await remembering(server.url, { method, headers });
    const asked = server.seen.map(({ headers }) => headers["cache-control"] === "max-age=0");
    expect(asked).toEqual([true, true, false, false, false]);
  });
});

describe("onEvent", () => {
  it("onEvent says what happened, in the terms of RFC 9211", async () => {
    const server = await open.serve(page(() => '"1"', { fields: { Vary: "Accept" } }));
    const events: string[] = [];
    const remembering = conditionalFetch({ onEvent: ({ text }) => events.push(text) });
    for (const Accept of ["a/a", "a/a", "b/b"]) await text(remembering(server.url, { headers: { Accept } }));
    await text(remembering(server.url, { headers: { Range: "bytes=0-1" } }));
    await remembering(server.url, { cache: "force-cache", headers: { Accept: "a/a" } });
    expect(events).toEqual([
      "fwd=uri-miss; fwd-status=200; stored",
      "fwd=stale; fwd-status=304",
      "fwd=vary-miss; fwd-status=304",
      'fwd=bypass; fwd-status=200; detail="the caller set Range"',
      "hit",
    ]);
  });
});
