// Correct servers that use what HTTP leaves open, each in another way: the command reports no mistake of theirs.
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import {
  type Answer,
  type Asked,
  date,
  due,
  empty,
  hasBody,
  headOf,
  type Page,
  plain,
  send,
  serve,
  text,
  type Ways,
  type Writer,
  whole,
} from "../servers/wire-server.ts";
import { run } from "./run.ts";

const stopping: (() => void)[] = [];
afterAll(() => {
  for (const stop of stopping) stop();
});

async function ask(ways: Ways, ...args: string[]) {
  const server = await serve(ways);
  stopping.push(server.close);
  const printed = await run([server.url, "--timeout", "2", ...args]);
  const told = printed.out.split("\n").filter((line) => /^(FAIL|WARNING|INCONCLUSIVE|NOT SET UP)/.test(line));
  return { ...printed, told, page: server.page, asked: server.asked() };
}

// ---- On the wire --------------------------------------------------------------------------------------------------

const length = ({ body }: Answer) => `Content-Length: ${body.length}\r\n`;
const framed = (protocol: string, lines: (answer: Answer) => string): Writer => {
  return (socket, answer, asked) => {
    const isCounted = hasBody(answer, asked) || asked.method === "HEAD";
    const head = `${headOf(answer, protocol)}${date()}${isCounted ? lines(answer) : ""}\r\n`;
    send(socket, head, hasBody(answer, asked) ? answer.body : empty);
  };
};
const ending =
  (write: Writer): Writer =>
  (socket, ...rest) => {
    write(socket, ...rest);
    socket.end();
  };
const after =
  (interim: string): Writer =>
  (socket, ...rest) => {
    socket.write(interim);
    plain(socket, ...rest);
  };

const chunked: Writer = (socket, answer, asked) => {
  const head = `${headOf(answer)}${date()}`;
  if (!hasBody(answer, asked)) return send(socket, `${head}\r\n`);
  const { body } = answer;
  const half = body.length >> 1;
  const chunks = [body.subarray(0, half), body.subarray(half)].filter((chunk) => chunk.length > 0);
  const coded = chunks.flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16).toUpperCase()};name="value"\r\n`),
    chunk,
    Buffer.from("\r\n"),
  ]);
  const trailer = Buffer.from("0\r\nX-Checksum: 1\r\n\r\n");
  send(
    socket,
    `${head}Transfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n`,
    Buffer.concat([...coded, trailer]),
  );
};

const onTheWire: Record<string, Writer> = {
  "as it comes": plain,
  "it closes after each answer, with Connection: close": ending(
    framed("HTTP/1.1", (answer) => `${length(answer)}Connection: close\r\n`),
  ),
  "it closes after each answer, without Connection: close": ending(plain),
  "the end of the connection ends the content": ending(framed("HTTP/1.1", () => "Connection: close\r\n")),
  "HTTP/1.0, with a length": ending(framed("HTTP/1.0", length)),
  "HTTP/1.0, without a length": ending(framed("HTTP/1.0", () => "")),
  "HTTP/1.0 with Connection: keep-alive": framed(
    "HTTP/1.0",
    (answer) => `${length(answer)}Connection: keep-alive\r\n`,
  ),
  "chunks with extensions and a trailer": chunked,
  "100 (Continue) before each answer": after("HTTP/1.1 100 Continue\r\n\r\n"),
  "103 (Early Hints) before each answer": after(
    "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
  ),
  "no Date": (socket, answer, asked) =>
    send(
      socket,
      `${headOf(answer)}${hasBody(answer, asked) ? length(answer) : ""}\r\n`,
      hasBody(answer, asked) ? answer.body : empty,
    ),
  "names in lower case, values without a space": (socket, answer, asked) => {
    const head = headOf(answer).replace(/^([\w-]+): /gm, (_, name: string) => `${name.toLowerCase()}:`);
    send(
      socket,
      `${head}${hasBody(answer, asked) ? length(answer) : ""}\r\n`,
      hasBody(answer, asked) ? answer.body : empty,
    );
  },
  "an idle connection is reset at once": (socket, answer, asked) => {
    plain(socket, answer, asked);
    setTimeout(() => socket.resetAndDestroy(), 3);
  },
  "octet by octet": (socket, answer, asked) => {
    socket.setNoDelay(true);
    const octets: Buffer[] = [];
    plain({ write: (piece: Buffer) => octets.push(piece) } as never, answer, asked);
    for (const octet of Buffer.concat(octets).subarray(0, 300)) socket.write(Buffer.from([octet]));
    socket.write(Buffer.concat(octets).subarray(300));
  },
};

// ---- Pages ----------------------------------------------------------------------------------------------------------

const noDate = { modified: undefined } as unknown as Partial<Page>;
const noTag = { etag: undefined } as unknown as Partial<Page>;

const pages: Record<string, Partial<Page>> = {
  "a strong tag only": noDate,
  "a weak tag only": { etag: 'W/"v1-Aa"', ...noDate },
  "a date only": noTag,
  "no content": { body: "" },
  "one octet": { body: "h" },
  "a megabyte": { body: "0123456789".repeat(100_000) },
  "modified a moment ago": { modified: Date.now() },
  "modified in 1960": { modified: Date.UTC(1960, 1, 1) },
  "the empty tag": { etag: '""' },
  "a tag of one letter": { etag: '"a"' },
  "a tag of digits": { etag: '"12345"' },
  "a tag with a comma and a backslash": { etag: '"a,b\\c"' },
  "a tag beyond ASCII": { etag: '"caf\xe9"' },
  "a tag that contains W/*": { etag: '"W/*"' },
};

// ---- Choices of the origin -------------------------------------------------------------------------------------

const isRead = ({ method }: Asked) => method === "GET" || method === "HEAD";

const choices: Record<string, (asked: Asked, page: Page, count: number) => Answer> = {
  "it serves no ranges": (asked, page) => {
    const answer = due(asked, page);
    return answer.status === 206 || answer.status === 416 ? whole(page) : answer;
  },
  "it sends 200 although the date allows a 304 (a SHOULD)": (asked, page) => {
    const answer = due(asked, page);
    return answer.status === 304 && asked.get("if-none-match") === null ? whole(page) : answer;
  },
  "it sends two of the four octets that were asked for": (asked, page) => {
    const answer = due(asked, page);
    if (answer.status !== 206) return answer;
    const range = `bytes 1-2/${page.body.length}`;
    const headers = { ...answer.headers, "Content-Range": range };
    return { ...answer, headers, body: answer.body.subarray(1, 3) };
  },
  "it does not support OPTIONS": (asked, page) =>
    asked.method === "OPTIONS"
      ? { status: 405, headers: { Allow: "GET, HEAD" }, body: empty }
      : due(asked, page),
  "it answers 400 to an If-Range that is a list or is not valid": (asked, page) =>
    isRead(asked) && /^(?!W\/"|"|[A-Z][a-z]{2}, |\*|[\s,]*$)|",/.test(asked.get("if-range") ?? '"')
      ? { status: 400, headers: {}, body: empty }
      : due(asked, page),
  "it answers 431 to fields that are too long": (asked, page) =>
    (asked.get("if-none-match")?.length ?? 0) > 5_000
      ? { status: 431, headers: {}, body: empty }
      : due(asked, page),
  "a page that is always compressed": (asked, page) => {
    const coded = { ...page, body: gzipSync(page.body).toString("latin1") };
    const answer = due(asked, coded);
    const { "Content-Type": type } = answer.headers;
    const headers = {
      ...answer.headers,
      Vary: "Accept-Encoding",
      ...(type && { "Content-Encoding": "gzip" }),
    };
    return { ...answer, headers };
  },
  "it answers 412 with an HTML page to a read with another tag in If-Match": (asked, page) => {
    const answer = due(asked, page);
    return answer.status === 412
      ? { ...answer, headers: { "Content-Type": "text/plain" }, body: Buffer.from("no") }
      : answer;
  },
};

describe.concurrent("a correct server is not reported as wrong", () => {
  it.for(Object.entries(onTheWire))("on the wire: %s", async ([, write]) => {
    const { status, told, out, err } = await ask({ write });
    expect({ status, told }, out + err).toEqual({ status: 0, told: [] });
  });

  it.for(Object.entries(pages))("a page with %s", async ([, page]) => {
    const { status, told, out, err } = await ask({ page });
    expect({ status, told }, out + err).toEqual({ status: 0, told: [] });
  });

  it.for(Object.entries(choices))("%s", async ([, answer]) => {
    const { status, out, err } = await ask({ answer });
    expect(out + err).not.toMatch(/^(FAIL|INCONCLUSIVE)/m);
    expect(status).toBe(0);
  });

  it("over IPv6", async () => {
    const { status, told, err } = await ask({ host: "::1" });
    expect({ status, told }, err).toEqual({ status: 0, told: [] });
  });

  it("with a header that authorizes the requests", async () => {
    const answer = (asked: Asked, page: Page): Answer =>
      asked.get("authorization") === "Bearer abc"
        ? due(asked, page)
        : { status: 401, headers: { "WWW-Authenticate": "Bearer" }, body: empty };
    const { status, told } = await ask({ answer }, "--header", "Authorization: Bearer abc");
    expect({ status, told }).toEqual({ status: 0, told: [] });
  });

  it("without a validator: the command only warns", async () => {
    const { status, told } = await ask({ page: { ...noTag, ...noDate } });
    expect(status).toBe(0);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^WARNING validator-sent/);
  });
});

/** The content of each answer is different, as in a page with a nonce. */
const changing =
  (change: (page: Page, count: number) => void) => (asked: Asked, page: Page, count: number) => {
    change(page, count);
    return due(asked, page);
  };

const changes: Record<string, Ways> = {
  "with a weak tag that stays": {
    page: { etag: 'W/"v1"', ...noDate },
    answer: changing((page, count) => {
      page.body = `${text}${count}`;
    }),
  },
  "with a date that stays": {
    page: noTag,
    answer: changing((page, count) => {
      page.body = `${text}${count}`;
    }),
  },
  "with a tag that follows": {
    page: noDate,
    answer: changing((page, count) => {
      page.body = `${text}${count}`;
      page.etag = `"${count}"`;
    }),
  },
  "without a validator": {
    page: { ...noDate, ...noTag },
    answer: changing((page, count) => {
      page.body = `${text}${count}`;
    }),
  },
};

describe.concurrent("a page that changes at each request is not reported as wrong", () => {
  it.for(Object.entries(changes))("%s", async ([, ways]) => {
    const { status, out, err } = await ask(ways);
    expect(out + err).not.toMatch(/^FAIL/m);
    expect(status).toBe(0);
  });

  it("a strong tag that does not change with the content is reported", async () => {
    const { status, told } = await ask({
      page: noDate,
      answer: changing((page, count) => {
        page.body = text.replace("plain", String(10_000 + count));
      }),
    });
    expect(status).toBe(1);
    expect(told.join("\n")).toMatch(/^FAIL validator-tag-changes/m);
  });

  it("a tag that changes although the content does not has a finding of its own", async () => {
    const { status, told } = await ask({
      page: noDate,
      answer: changing((page, count) => {
        page.etag = `"${count}"`;
      }),
    });
    expect(status).toBe(0);
    expect(told[0]).toMatch(/^WARNING validator-tag-stable/);
  });
});

describe.concurrent("a server that limits the rate of requests", () => {
  const limited = (status: number, wait: string, isLimited: (count: number) => boolean): Ways => ({
    answer: (asked, page, count) =>
      isLimited(count)
        ? { status, headers: { "Retry-After": wait }, body: Buffer.from("slow down") }
        : due(asked, page),
  });

  it.for([429, 503])(
    "%i with a long Retry-After: the remaining findings could not be set up, and no question is answered",
    async (code) => {
      const { status, told, out, asked } = await ask(limited(code, "60", (count) => count > 30));
      expect(status).toBe(0);
      expect(told.filter((line) => !line.startsWith("NOT SET UP"))).toEqual([]);
      expect(out).toContain(`It answers ${code}: it limits the rate of requests (Retry-After: 60).`);
      expect(out).toMatch(/\? Can a resumed download be corrupted\? +Unknown/);
      expect(asked).toBe(31);
    },
  );

  it("with a short Retry-After: the command waits, and repeats the request", async () => {
    const { status, told } = await ask(limited(429, "1", (count) => count === 20));
    expect({ status, told }).toEqual({ status: 0, told: [] });
  });

  it("from the first request: the command prints one line and exits with 2", async () => {
    const { status, err } = await ask(limited(429, "60", () => true));
    expect(status).toBe(2);
    expect(err).toMatch(/^Could not run: \S+ it answers 429: it limits the rate of .*\n$/);
  });
});
