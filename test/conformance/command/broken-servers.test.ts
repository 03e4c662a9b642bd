import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { startServer } from "../probe/server.ts";
import { run } from "./run.ts";

const stopping: (() => void)[] = [];
afterAll(() => {
  for (const stop of stopping.splice(0)) stop();
});

const timeout = 400;

/** For each server: what it does with a connection, and the one line that the command must print. */
const broken: Record<string, [(socket: Socket) => void, RegExp]> = {
  "a silent server": [() => {}, /no whole answer within 400 ms: it is silent/],
  "a server that resets": [
    (socket) => socket.once("data", () => socket.resetAndDestroy()),
    /reset the connection/,
  ],
  "a server that hangs up": [(socket) => socket.once("data", () => socket.end()), /closed the connection/],
  "an endless body": [
    answers("HTTP/1.1 200 OK\r\n\r\n", (socket) => pump(socket, "x".repeat(65_536))),
    /longer than 16777216 octets|no whole answer/,
  ],
  "an endless, slow body": [
    answers("HTTP/1.1 200 OK\r\n\r\n", (socket) => {
      const timer = setInterval(() => socket.write("x"), 20);
      socket.on("close", () => clearInterval(timer));
    }),
    /no whole answer within 400 ms: its body has no end/,
  ],
  "an endless head": [
    answers("HTTP/1.1 200 OK\r\n", (socket) => pump(socket, `X-Field: ${"x".repeat(8_000)}\r\n`)),
    /no end of the head/,
  ],
  "endless interim answers": [
    answers("", (socket) => pump(socket, "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(2_000))),
    /more than 20 interim answers/,
  ],
  "endless chunks": [
    answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", (socket) =>
      pump(socket, `10000\r\n${"x".repeat(65_536)}\r\n`),
    ),
    /longer than 16777216 octets|no whole answer/,
  ],
  "a Content-Length that promises too much, then the end": [
    answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc", (socket) => socket.end()),
    /after 3 of the 100 octets/,
  ],
  "a Content-Length that promises too much, then silence": [
    answers("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"),
    /after 3 of the 100 octets/,
  ],
  "a Content-Length that promises too little": [
    answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"),
    /longer than its Content-Length of 3/,
  ],
  "10 GB": [answers("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\nabc"), /10000000000 octets/],
  "a redirection": [
    answers("HTTP/1.1 301 Moved\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n"),
    /answers 301 with Location: https:\/\/example.com\//,
  ],
  "a refusal": [answers("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"), /answers 401: .*--header/],
  "a failure": [answers("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), /answers 500/],
  "another protocol": [(socket) => socket.write("SSH-2.0-OpenSSH_9\r\n"), /not HTTP.*SSH-2.0/],
  "a chunk that is longer than it says": [
    answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcdef\r\n0\r\n\r\n"),
    /a chunk of 3 octets does not end there: "de"/,
  ],
  "two lengths": [
    answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabc"),
    /several Content-Lengths: 3, 5/,
  ],
  "a status of four digits": [
    answers("HTTP/1.1 1000 Odd\r\n\r\n"),
    /not a status line: "HTTP\/1.1 1000 Odd"/,
  ],
  "HTTP/2 alone": [answers("\0\0\0\x04\0\0\0\0\0"), /it speaks HTTP\/2 there/],
  // A terminal would obey the sequence.
  "an escape sequence in a redirection": [
    answers("HTTP/1.1 301 Moved\r\nLocation: /\x1b[31mred\x9b\r\nContent-Length: 0\r\n\r\n"),
    /Location: \/\\x1b\[31mred\\x9b \(ask there\)/,
  ],
  "TLS behind http:": [answers("\x15\x03\x01\x00\x02\x02\x46"), /speaks TLS there/],
};

describe.concurrent("the probe of a broken server ends in time, prints one clear line and exits with 2", () => {
  for (const [name, [serve, line]] of Object.entries(broken)) {
    it(name, async () => {
      const url = await listening(createServer(guarded(serve)));
      isOneLine(await run([url, "--timeout", `${timeout}ms`]), line);
    });
  }

  it("no server listens", async () => {
    const server = createServer().listen(0);
    const { port } = server.address() as AddressInfo;
    await new Promise((done) => server.close(done));
    isOneLine(await run([`http://127.0.0.1:${port}/`]), /nothing listens/);
  });

  it("a server of plain HTTP at an https: address", async () => {
    const url = await listening(createServer(guarded(answers("HTTP/1.1 400 No\r\n\r\n"))));
    isOneLine(await run([url.replace("http:", "https:")]), /does not speak TLS/);
  });

  it("a server that never answers the TLS handshake", async () => {
    const url = await listening(createServer(guarded(() => {})));
    isOneLine(await run([url.replace("http:", "https:"), "--timeout", `${timeout}ms`]), /within 400 ms/);
  });

  it("a self-signed certificate, unless --insecure is given", async () => {
    const page = 'HTTP/1.1 200 OK\r\nETag: "a"\r\nContent-Length: 2\r\n\r\nhi';
    const server = createTlsServer(certificate(), (socket) => {
      socket.on("error", () => {});
      socket.on("data", () => socket.write(page));
    });
    const url = (await listening(server as Server)).replace("http:", "https:");
    isOneLine(await run([url]), /certificate of .* cannot be trusted \(.*self-signed/);
    const taken = await run([url, "--insecure", "--only", "validators"]);
    expect(taken.status, taken.err).toBe(0);
  });

  it("a server that stops answering during the probe", async () => {
    const server = await startServer({ neverAnswers: (asked) => asked.get("if-none-match") !== null });
    stopping.push(server.close);
    isOneLine(await run([server.url, "--timeout", "2s"]), /stopped answering/);
  });
});

describe("a live server", () => {
  it("the probe takes less than 10 s and at most 200 requests", async () => {
    const server = await startServer();
    stopping.push(server.close);
    const { status, out, ms } = await run([server.url]);
    expect(status, out).toBe(0);
    expect(ms).toBeLessThan(10_000);
    expect(Number(/(\d+) requests/.exec(out)?.[1])).toBeLessThanOrEqual(200);
  });
});

function isOneLine({ status, out, err, ms }: Awaited<ReturnType<typeof run>>, line: RegExp): void {
  expect(status, out + err).toBe(2);
  expect(out).toBe("");
  expect(err).toMatch(line);
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(ms).toBeLessThan(20_000);
}

/** Sends `head` when the first data arrives, and then calls `then`. */
function answers(head: string, then: (socket: Socket) => void = () => {}): (socket: Socket) => void {
  return (socket) =>
    socket.once("data", () => {
      socket.write(head, "latin1");
      then(socket);
    });
}

function pump(socket: Socket, chunk: string): void {
  const write = () => {
    while (!socket.destroyed && socket.write(chunk)) {}
  };
  socket.on("drain", write);
  write();
}

function guarded(serve: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => {
    socket.on("error", () => {});
    stopping.push(() => socket.destroy());
    serve(socket);
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  stopping.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

function certificate() {
  const folder = mkdtempSync(join(tmpdir(), "entity-tag-certificate-"));
  const files = ["-keyout", "key.pem", "-out", "cert.pem"];
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  execFileSync("openssl", ["req", ...kind, "-subj", "/CN=localhost", ...files], {
    cwd: folder,
    stdio: "ignore",
  });
  const read = (name: string) => readFileSync(join(folder, name));
  const made = { key: read("key.pem"), cert: read("cert.pem") };
  rmSync(folder, { recursive: true });
  return made;
}
