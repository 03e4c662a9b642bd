import { once } from "node:events";
import { connect } from "node:net";
import { expect } from "vitest";

/**
 * A page that can be read and written, as the documents show it: it says "Hello", a repeated read gets a 304, and a
 * write with another tag than the current one does nothing.
 */
export async function expectPage(url: string): Promise<void> {
  const first = await fetch(url);
  expect(first.status).toBe(200);
  expect(await first.text()).toBe("Hello");
  const etag = first.headers.get("ETag")!;
  expect(etag).toMatch(/^(W\/)?"/);

  const again = await fetch(url, { headers: { "If-None-Match": etag } });
  expect(again.status).toBe(304);
  expect(await again.text()).toBe("");
  expect(again.headers.get("ETag")).toBe(etag);

  const put = (headers: HeadersInit) => fetch(url, { method: "PUT", body: "Good bye", headers });
  expect((await put({})).status).toBe(428);
  const stale = await put({ "If-Match": '"0"' });
  expect([stale.status, versionOf(stale)]).toEqual([412, versionOf(first)]);
  expect(await (await fetch(url)).text()).toBe("Hello");

  await expectRace(url);
  expect(await (await fetch(url)).text()).toBe("Good bye");
}

/** Two writers send their bodies at once: exactly one wins, and the page then has the tag of its answer. */
export async function expectRace(url: string): Promise<void> {
  const etag = (await fetch(url)).headers.get("ETag")!;
  const [one, two] = await bothAtOnce(url, etag);
  const [written, late] = one.ok ? [one, two] : [two, one];
  expect([200, 204]).toContain(written.status);
  expect(late.status).toBe(412);
  expect(versionOf(await fetch(url))).toBe(versionOf(written));
}

/** The tag without the coding that a read may have been sent in. */
function versionOf({ headers }: Response): string | undefined {
  return headers.get("ETag")?.replace(/-gzip"$/, '"');
}

/** Two writers of the same version: the heads of both are judged, and then both bodies arrive at once. */
async function bothAtOnce(url: string, etag: string): Promise<[Response, Response]> {
  let release = () => {};
  const arrived = new Promise<void>((resolve) => {
    release = resolve;
  });
  const write = () => {
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode("Good"));
        await arrived;
        controller.enqueue(new TextEncoder().encode(" bye"));
        controller.close();
      },
    });
    const init = { method: "PUT", body, duplex: "half", headers: { "If-Match": etag } };
    return fetch(url, init as RequestInit);
  };
  const both = Promise.all([write(), write()]);
  await new Promise((later) => setTimeout(later, 50));
  release();
  return both;
}

/** Further requirements for a real program: its answers to other requests to its page and beside it. */
export async function expectProgram(url: string): Promise<void> {
  await expectNowhere(url);
  await expectNoOtherMethods(url);
  await expectBodies(url);
  await expectDeserted(url);
}

const conditions = [
  {},
  { "If-None-Match": "*" },
  { "If-Match": "*" },
  { "If-Match": '"0"' },
] as HeadersInit[];

/** RFC 9110 §13.2.1: a 404 without conditions is a 404 with conditions. */
export async function expectNowhere(url: string): Promise<void> {
  const etag = (await fetch(url)).headers.get("ETag")!;
  for (const method of ["GET", "HEAD", "PUT"]) {
    for (const headers of [...conditions, { "If-None-Match": etag }, { "If-Match": etag }]) {
      const body = method === "PUT" ? "text" : null;
      const answer = await fetch(new URL("/nowhere", url), { method, headers, body });
      const isOfThePage = answer.headers.get("ETag") === etag;
      expect([answer.status, isOfThePage], `${method} ${JSON.stringify(headers)}`).toEqual([404, false]);
    }
  }
}

async function expectNoOtherMethods(url: string): Promise<void> {
  const before = await (await fetch(url)).text();
  for (const method of ["POST", "PATCH", "DELETE"]) {
    for (const headers of conditions) {
      const answer = await fetch(url, { method, headers });
      expect([404, 405], `${method} ${JSON.stringify(headers)}`).toContain(answer.status);
      if (answer.status === 405) expect(answer.headers.get("Allow")).toContain("PUT");
    }
  }
  expect(await (await fetch(url)).text()).toBe(before);
}

/** The page is text, and a body is read as text whatever its type is: `curl -d` says that it is a form. */
export async function expectBodies(url: string): Promise<void> {
  const bodies = [
    ["application/x-www-form-urlencoded", "hello"],
    ["application/x-www-form-urlencoded", "a=1&b=2"],
    ["application/json", '{"a": [1]}'],
    ["application/json", "no JSON"],
    ["application/octet-stream", "octets"],
    ["multipart/form-data; boundary=x", "no parts"],
    ["a/type-that-nobody-knows", "<p>Grüße</p>"],
    ["text/plain", ""],
    [undefined, "no type"],
    [undefined, undefined],
  ] as const;
  for (const [type, text] of bodies) {
    const etag = (await fetch(url)).headers.get("ETag")!;
    const headers = { "If-Match": etag, ...(type !== undefined && { "Content-Type": type }) };
    const body = text === undefined ? null : new TextEncoder().encode(text);
    const written = await fetch(url, { method: "PUT", headers, body });
    expect([200, 204], `${type} ${text}`).toContain(written.status);
    const page = await fetch(url);
    expect(await page.text(), type).toBe(text ?? "");
    expect(page.headers.get("ETag")).not.toBe(etag);
    expect(versionOf(page)).toBe(versionOf(written));
    // Not every runtime gives the type of an empty body.
    if (text) expect(page.headers.get("Content-Type")).toMatch(/^text\/plain\b/);
  }
}

/** A client that leaves in the middle of its write changes nothing, and disturbs no other client. */
export async function expectDeserted(url: string): Promise<void> {
  const page = await fetch(url);
  const before = await page.text();
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname).on("error", () => {});
  const fields = `Host: localhost\r\nIf-Match: ${page.headers.get("ETag")}\r\nContent-Type: text/plain`;
  socket.write(`PUT ${pathname} HTTP/1.1\r\n${fields}\r\nContent-Length: 100\r\n\r\nthe first part`);
  await once(socket, "connect");
  await new Promise((later) => setTimeout(later, 50));
  socket.resetAndDestroy();
  await new Promise((later) => setTimeout(later, 50));
  expect(await (await fetch(url)).text()).toBe(before);
}
