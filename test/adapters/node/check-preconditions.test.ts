import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { type AddressInfo, createConnection } from "node:net";
import { text } from "node:stream/consumers";
import type { Current, Policy } from "@entity-tag/core";
import { checkPreconditions, conditional } from "@entity-tag/node";
import { describe, expect, test } from "vitest";
import { type Answer, type Connection, connect, serving } from "./wire.ts";

type Lines = (readonly [string, string])[];

const modified = new Date("1994-11-06T08:49:37Z");
const date = "Sun, 06 Nov 1994 08:49:37 GMT";
const before = "Sun, 06 Nov 1994 08:49:36 GMT";
const current = { etag: '"v1"', lastModified: modified } as const;

/** How often the handler ran after `checkPreconditions`, and the `Range` that it saw. */
interface Seen {
  handled: number;
  range?: string | undefined;
}

/**
 * A connection to a handler that calls `checkPreconditions` first. When it is done, the connection must serve the next
 * request.
 */
async function asking(
  use: (connection: Connection, seen: Seen) => Promise<void>,
  { state = current, policy }: { state?: Current; policy?: Policy } = {},
) {
  const seen: Seen = { handled: 0 };
  const listener = async (req: IncomingMessage, res: ServerResponse) => {
    if (req.url === "/next") return res.end("next");
    for (const name of ["Cache-Control", "Content-Type", "Content-Encoding"]) res.setHeader(name, "no-cache");
    res.setHeader("Vary", "Accept");
    res.setHeader("Access-Control-Allow-Origin", "*");
    if (checkPreconditions(req, res, state, policy)) return;
    seen.handled++;
    seen.range = req.headers.range;
    res.setHeader("Content-Type", "text/plain");
    res.end(`${req.method} ${await text(req)}`);
  };
  await serving(listener, async (port) => {
    const connection = await connect(port);
    await use(connection, seen);
    expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
    connection.close();
  });
}

function expectProblem(answer: Answer, status: number, reason: string, field: string) {
  expect([answer.status, answer.reason]).toEqual([status, reason]);
  expect(answer.field("content-type")).toBe("application/problem+json");
  expect(answer.field("content-length")).toBe(String(answer.body.length));
  expect(answer.field("content-encoding")).toBeUndefined();
  expect(answer.field("cache-control")).toBeUndefined();
  expect(answer.field("vary")).toBe("Accept");
  expect(answer.field("access-control-allow-origin")).toBe("*");
  const problem = JSON.parse(answer.body.toString());
  expect(problem).toEqual({
    type: "about:blank",
    title: reason,
    status,
    field,
    detail: expect.stringMatching(/\.$/),
  });
}

describe("a 304", () => {
  test.each<[method: string, lines: Lines]>([
    ["GET", [["If-None-Match", '"v1"']]],
    ["GET", [["If-None-Match", 'W/"v1"']]],
    ["GET", [["If-None-Match", "*"]]],
    ["GET", [["If-Modified-Since", date]]],
    ["HEAD", [["If-None-Match", '"v1"']]],
    ["QUERY", [["If-None-Match", '"v1"']]],
    [
      "GET",
      [
        ["If-None-Match", '"a"'],
        ["If-None-Match", '"v1"'],
      ],
    ],
  ])("checkPreconditions sends 304 to %s with %j, before the handler runs", async (method, lines) => {
    await asking(async (connection, seen) => {
      const answer = await connection.ask(method, "/", lines);
      expect([answer.status, answer.reason, seen.handled]).toEqual([304, "Not Modified", 0]);
      expect([answer.field("etag"), answer.field("cache-control")]).toEqual(['"v1"', "no-cache"]);
      expect([answer.field("vary"), answer.field("access-control-allow-origin")]).toEqual(["Accept", "*"]);
      for (const name of ["content-type", "content-encoding", "content-length", "transfer-encoding"]) {
        expect(answer.field(name)).toBeUndefined();
      }
    });
  });

  test("checkPreconditions sends a 304 with the tag of the state, and replaces a tag that was set before", async () => {
    const listener = (req: IncomingMessage, res: ServerResponse) => {
      res.setHeader("ETag", '"another"');
      checkPreconditions(req, res, current);
    };
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const answer = await connection.ask("GET", "/", [["If-None-Match", '"v1"']]);
      expect(answer.lines.filter(([name]) => name.toLowerCase() === "etag")).toEqual([["ETag", '"v1"']]);
      connection.close();
    });
  });
});

describe("a refusal", () => {
  test.each<[method: string, lines: Lines, field: string]>([
    ["PUT", [["If-Match", '"v0"']], "If-Match"],
    ["PUT", [["If-Match", 'W/"v1"']], "If-Match"],
    ["PATCH", [["If-Unmodified-Since", before]], "If-Unmodified-Since"],
    ["DELETE", [["If-Match", "v1"]], "If-Match"],
    ["PUT", [["If-None-Match", "*"]], "If-None-Match"],
    ["POST", [["If-None-Match", '"v1"']], "If-None-Match"],
    ["GET", [["If-Match", '"v0"']], "If-Match"],
  ])(
    "checkPreconditions refuses %s with %j: 412, and the handler does not run",
    async (method, lines, field) => {
      await asking(async (connection, seen) => {
        const answer = await connection.ask(method, "/", lines, method === "GET" ? "" : "a body");
        expectProblem(answer, 412, "Precondition Failed", field);
        expect([answer.field("etag"), seen.handled]).toEqual(['"v1"', 0]);
      });
    },
  );

  test("checkPreconditions refuses a write to an absent page with 412, without validators", async () => {
    await asking(
      async (connection, seen) => {
        const answer = await connection.ask("PUT", "/", [["If-Match", "*"]], "a body");
        expectProblem(answer, 412, "Precondition Failed", "If-Match");
        expect([answer.field("etag"), answer.field("last-modified")]).toEqual([undefined, undefined]);
        expect((await connection.ask("PUT", "/", [["If-None-Match", "*"]], "new")).body.toString()).toBe(
          "PUT new",
        );
        expect(seen.handled).toBe(1);
      },
      { state: null },
    );
  });

  test("checkPreconditions refuses an unconditional write with 428, if conditions are required", async () => {
    await asking(
      async (connection, seen) => {
        for (const method of ["PUT", "PATCH", "DELETE"]) {
          const answer = await connection.ask(method, "/", [], "a body");
          expectProblem(answer, 428, "Precondition Required", "If-Match");
          expect(answer.field("etag")).toBeUndefined();
        }
        expect(seen.handled).toBe(0);
        expect((await connection.ask("POST", "/", [], "a body")).body.toString()).toBe("POST a body");
        expect((await connection.ask("GET", "/")).status).toBe(200);
      },
      { policy: { require: true } },
    );
  });

  test('checkPreconditions refuses a write with an invalid condition with 400, under malformed: "reject"', async () => {
    await asking(
      async (connection, seen) => {
        for (const name of ["If-Match", "If-None-Match"]) {
          const answer = await connection.ask("PUT", "/", [[name, "v1"]], "a body");
          expectProblem(answer, 400, "Bad Request", name);
          expect(answer.field("etag")).toBeUndefined();
        }
        expect(seen.handled).toBe(0);
      },
      { policy: { malformed: "reject" } },
    );
  });

  test("checkPreconditions refuses HEAD without a body", async () => {
    await asking(async (connection, seen) => {
      const answer = await connection.ask("HEAD", "/", [["If-Match", '"v0"']]);
      expect([answer.status, answer.field("etag"), seen.handled]).toEqual([412, '"v1"', 0]);
    });
  });

  test("checkPreconditions refuses a write whose long body was not read, and the connection stays usable", async () => {
    await asking(async (connection, seen) => {
      const answer = await connection.ask("PUT", "/", [["If-Match", '"v0"']], "x".repeat(1_000_000));
      expect([answer.status, seen.handled]).toEqual([412, 0]);
    });
  });

  test("checkPreconditions counts bytes for the length of a refusal, also if a tag has obs-text", async () => {
    await asking(async (connection) => {
      const answer = await connection.ask("PUT", "/", [["If-Match", '"caf\u00e9"']], "a body");
      expectProblem(answer, 412, "Precondition Failed", "If-Match");
    });
  });
});

describe("a request that goes on", () => {
  test.each<[method: string, lines: Lines]>([
    ["GET", []],
    ["GET", [["If-None-Match", '"v0"']]],
    ["HEAD", [["If-Modified-Since", before]]],
    ["QUERY", []],
  ])("checkPreconditions lets %s with %j go on, and sets the validators", async (method, lines) => {
    await asking(async (connection, seen) => {
      const answer = await connection.ask(method, "/", lines);
      expect([answer.status, seen.handled]).toEqual([200, 1]);
      expect([answer.field("etag"), answer.field("last-modified")]).toEqual(['"v1"', date]);
    });
  });

  test("checkPreconditions sets no validators for a write, because they would be those of the old version", async () => {
    await asking(async (connection, seen) => {
      for (const lines of [[], [["If-Match", '"v1"']], [["If-Unmodified-Since", date]]] as Lines[]) {
        const answer = await connection.ask("PUT", "/", lines, "a body");
        expect([answer.status, answer.body.toString()]).toEqual([200, "PUT a body"]);
        expect([answer.field("etag"), answer.field("last-modified")]).toEqual([undefined, undefined]);
      }
      expect(seen.handled).toBe(3);
    });
  });

  test("checkPreconditions sets no validators for a read of an absent page", async () => {
    await asking(
      async (connection) => {
        const answer = await connection.ask("GET", "/", [["If-Match", "*"]]);
        expect([answer.status, answer.field("etag")]).toEqual([200, undefined]);
      },
      { state: null },
    );
  });

  test("checkPreconditions keeps a tag that the answer has already", async () => {
    const listener = (req: IncomingMessage, res: ServerResponse) => {
      res.setHeader("ETag", '"own"');
      if (!checkPreconditions(req, res, current)) res.end();
    };
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const answer = await connection.ask("GET", "/");
      expect([answer.field("etag"), answer.field("last-modified")]).toEqual(['"own"', date]);
      connection.close();
    });
  });
});

describe("checkPreconditions inside conditional()", () => {
  test.each<[why: string, state: Current, policy: Policy, headers: Record<string, string>]>([
    ["an alternate matches", { etag: '"v1"', alternates: ['"v1-gzip"'] }, {}, { "If-Match": '"v1-gzip"' }],
    ["a weak tag is accepted", { etag: 'W/"v1"' }, { ifMatch: "weak" }, { "If-Match": 'W/"v1"' }],
  ])("checkPreconditions inside conditional() decides: %s", async (_, state, policy, headers) => {
    const judge = conditional();
    const listener = (req: IncomingMessage, res: ServerResponse) =>
      judge(req, res, () => {
        if (!checkPreconditions(req, res, state, policy)) res.end("Hello");
      });
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const answer = await connection.ask("GET", "/", Object.entries(headers));
      expect([answer.status, answer.body.toString()]).toEqual([200, "Hello"]);
      connection.close();
    });
  });

  test("conditional() judges by its content an answer without a known validator", async () => {
    const judge = conditional();
    const listener = (req: IncomingMessage, res: ServerResponse) =>
      judge(req, res, () => {
        if (!checkPreconditions(req, res, {})) res.end("Hello");
      });
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const tag = (await connection.ask("GET", "/")).field("etag")!;
      expect((await connection.ask("GET", "/", [["If-None-Match", tag]])).status).toBe(304);
      connection.close();
    });
  });
});

describe("repeated lines", () => {
  test("checkPreconditions reads repeated If-Match lines as one list", async () => {
    await asking(async (connection) => {
      const both: Lines = [
        ["If-Match", '"v0"'],
        ["if-match", '"v1"'],
      ];
      expect((await connection.ask("PUT", "/", both, "a body")).status).toBe(200);
      const neither: Lines = [
        ["If-Match", '"v0"'],
        ["If-Match", '"v2"'],
      ];
      expect((await connection.ask("PUT", "/", neither, "a body")).status).toBe(412);
      // `*` is not a member of a list.
      const star: Lines = [
        ["If-Match", "*"],
        ["If-Match", '"v1"'],
      ];
      expect((await connection.ask("PUT", "/", star, "a body")).status).toBe(412);
    });
  });

  test("checkPreconditions ignores a date field with repeated lines", async () => {
    await asking(async (connection) => {
      const [unmodified, modifiedSince] = ["If-Unmodified-Since", "If-Modified-Since"].map((name) => ({
        once: [[name, name === "If-Modified-Since" ? date : before]] as Lines,
        twice: [
          [name, name === "If-Modified-Since" ? date : before],
          [name, date],
        ] as Lines,
      }));
      expect((await connection.ask("PUT", "/", unmodified!.once, "a body")).status).toBe(412);
      expect((await connection.ask("PUT", "/", unmodified!.twice, "a body")).status).toBe(200);
      expect((await connection.ask("GET", "/", modifiedSince!.once)).status).toBe(304);
      expect((await connection.ask("GET", "/", modifiedSince!.twice)).status).toBe(200);
    });
  });
});

describe("Range", () => {
  const range = ["Range", "bytes=0-1"] as const;
  const sure = { ...current, lastModifiedStrong: true };

  test.each<[kept: boolean, lines: Lines, state?: Current]>([
    [true, [range]],
    [true, [range, ["If-Range", '"v1"']]],
    [true, [range, ["If-Range", date]], sure],
    [false, [range, ["If-Range", date]]],
    [false, [range, ["If-Range", before]], sure],
    [false, [range, ["If-Range", '"v0"']]],
    [false, [range, ["If-Range", 'W/"v1"']]],
    [false, [range, ["If-Range", '"v1"'], ["If-Range", '"v1"']]],
  ])(
    "checkPreconditions leaves Range %s for the handler with %j, of the state %j",
    async (kept, lines, state = current) => {
      await asking(
        async (connection, seen) => {
          const answer = await connection.ask("GET", "/", lines);
          expect([answer.status, seen.handled]).toEqual([200, 1]);
          expect(seen.range).toBe(kept ? "bytes=0-1" : undefined);
        },
        { state },
      );
    },
  );
});

test("checkPreconditions judges a request whose body still arrives, and the connection goes on", async () => {
  const listener = (req: IncomingMessage, res: ServerResponse) => {
    if (!checkPreconditions(req, res, current)) res.end("next");
  };
  await serving(listener, async (port) => {
    const socket = createConnection(port, "127.0.0.1");
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
    });
    socket.write('PUT / HTTP/1.1\r\nHost: localhost\r\nIf-Match: "v0"\r\nContent-Length: 9\r\n\r\nfirst');
    await expect.poll(() => received, { timeout: 5_000 }).toMatch(/^HTTP\/1.1 412 .*}$/s);
    socket.write("lastGET /next HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await expect.poll(() => received, { timeout: 5_000 }).toMatch(/}HTTP\/1.1 200 .*next$/s);
    socket.destroy();
  });
});

describe("checkPreconditions throws at once, and sends nothing, if the tag of the state is not valid:", () => {
  test.each<[method: string, lines: Lines]>([
    ["GET", []],
    ["GET", [["If-None-Match", "*"]]],
    ["GET", [["If-Match", '"v1"']]],
    ["PUT", []],
    ["PUT", [["If-Match", "*"]]],
    ["PUT", [["If-None-Match", "*"]]],
  ])("%s with %j", async (method, lines) => {
    for (const etag of ["unquoted", "v1", 'w/"v1"', '"a b"', "", 1] as unknown as (typeof current.etag)[]) {
      const thrown: unknown[] = [];
      const listener = (req: IncomingMessage, res: ServerResponse) => {
        try {
          checkPreconditions(req, res, { etag });
        } catch (error) {
          thrown.push(error, res.headersSent, res.getHeaderNames().length);
        }
        res.writeHead(500).end();
      };
      await serving(listener, async (port) => {
        const connection = await connect(port);
        const answer = await connection.ask(method, "/", lines, method === "PUT" ? "a body" : "");
        expect([answer.status, answer.field("etag")]).toEqual([500, undefined]);
        connection.close();
      });
      expect(thrown).toEqual([expect.any(TypeError), false, 0]);
    }
  });
});

test("checkPreconditions gives advice that its policy allows: with weak comparison, to send the weak tag", async () => {
  const detailBy = async (policy?: Policy) => {
    let detail = "";
    await asking(
      async (connection) => {
        const answer = await connection.ask("PUT", "/", [["If-Match", '"v0"']], "a body");
        detail = JSON.parse(answer.body.toString()).detail;
      },
      { state: { etag: 'W/"v1"' }, ...(policy && { policy }) },
    );
    return detail;
  };
  expect(await detailBy({ ifMatch: "weak" })).toMatch(/send its ETag in If-Match/);
  expect(await detailBy()).toMatch(/only If-Match: \* can hold/);
});

describe("a handler that ignores the result of checkPreconditions", () => {
  test.each<[string, (res: ServerResponse) => void]>([
    ["ends again", (res) => res.end("again")],
    [
      "writes twice, then ends",
      (res) => {
        res.write("once");
        res.write("twice");
        res.end();
      },
    ],
    ["writes later", (res) => setTimeout(() => res.end("later"), 20)],
  ])("does not end the process if it %s", async (_, write) => {
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on("uncaughtException", note);
    const listener = (req: IncomingMessage, res: ServerResponse) => {
      checkPreconditions(req, res, current);
      if (req.url === "/next") res.end("next");
      else write(res);
    };
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const answer = await connection.ask("GET", "/", [["If-None-Match", '"v1"']]);
      expect([answer.status, answer.body.length]).toEqual([304, 0]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect((await connection.ask("GET", "/next")).body.toString()).toBe("next");
      connection.close();
    });
    process.off("uncaughtException", note);
    expect(uncaught).toEqual([]);
  });
});

describe("a handler that appends a validator of its own", () => {
  const listener = (req: IncomingMessage, res: ServerResponse) => {
    if (checkPreconditions(req, res, current)) return;
    res.appendHeader("ETag", '"own"');
    res.appendHeader("Last-Modified", before);
    res.end("page");
  };

  test("the answer has that validator alone", async () => {
    await serving(listener, async (port) => {
      const { headers } = await fetch(`http://127.0.0.1:${port}/`);
      expect([headers.get("ETag"), headers.get("Last-Modified")]).toEqual(['"own"', before]);
    });
  });

  test("the answer has that validator alone over HTTP/2, where Node sends no field with two values", async () => {
    const server = createHttp2Server(listener as unknown as Parameters<typeof createHttp2Server>[0]).listen(
      0,
    );
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = client.request({ ":path": "/" });
    const [headers] = await once(stream, "response");
    expect([headers[":status"], headers.etag, headers["last-modified"]]).toEqual([200, '"own"', before]);
    client.destroy();
    server.close();
  });
});

describe("A second check, by a state that has changed:", () => {
  test.each([
    ["the answer has the tag of the later state", [], 200, '"v2"'],
    ["a 304 has the tag of the later state", [["If-None-Match", '"v2"']], 304, '"v2"'],
    ["a 412 has the tag of the later state", [["If-Match", '"v1"']], 412, '"v2"'],
    ["an answer that the first check has sent stays", [["If-None-Match", '"v1"']], 304, '"v1"'],
  ] as [string, Lines, number, string][])("%s", async (_, lines, status, etag) => {
    await serving(
      (req, res) => {
        const first = checkPreconditions(req, res, { etag: '"v1"', lastModified: modified });
        const second = checkPreconditions(req, res, { etag: '"v2"' });
        if (first) expect(second).toBe(true);
        else if (!second) res.end("the second version");
      },
      async (port) => {
        const connection = await connect(port);
        const answer = await connection.ask("GET", "/", lines);
        connection.close();
        expect([answer.status, answer.field("etag")]).toEqual([status, etag]);
        if (status === 200) expect(answer.field("last-modified")).toBeUndefined();
      },
    );
  });
});

test.each(["GET", "PUT"])(
  "A check after the handler's own head throws, and ends no answer: %s",
  async (method) => {
    let code: unknown;
    const listener = (req: IncomingMessage, res: ServerResponse) => {
      res.writeHead(200, { "Content-Length": 7 });
      try {
        checkPreconditions(req, res, current);
      } catch (error) {
        code = (error as { code?: string }).code;
      }
      res.end("content");
    };
    await serving(listener, async (port) => {
      const connection = await connect(port);
      const answer = await connection.ask(method, "/", [["If-Match", '"v0"']]);
      connection.close();
      expect([answer.body.toString(), code]).toEqual(["content", "ERR_HTTP_HEADERS_SENT"]);
    });
  },
);
