import { connect } from "node:net";
import { conditional } from "@entity-tag/core/fetch";
import { FastResponse, serve } from "srvx";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { answers } from "./apps/odd-bodies.ts";
import { apps, runtimes, start } from "./bed/server.ts";
import { startWorker } from "./bed/worker.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What a client gets of an answer until the server closes the connection. */
async function received(port: number, way: string, name: string) {
  const socket = connect(port, "localhost");
  socket.on("error", () => {});
  socket.write(
    `GET ${encodeURI(`/${way}/${name}`)} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`,
  );
  let text = "";
  socket.on("data", (part) => {
    text += part;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return {
    status: Number(text.split(" ")[1]),
    isContentSent: text.split("\r\n\r\n")[1]?.includes("one") === true,
  };
}

const isFormData = (name: string) => name.startsWith("form data");
const breaks = [
  ...["stream of numbers", "stream that breaks at once", "stream that breaks"],
  ...["stream that breaks later, with a length", "stream shorter than its length"],
];

interface Runtime {
  name: string;
  launch(): Promise<{ port: number; stop(): unknown }>;
  /** Answers that the runtime alone does not send in the same way each time. */
  isUnsteady?(answer: string): boolean;
  /** Runtimes that are not asked HEAD alone: that ends the process, or has fewer fields than with this package. */
  skipsHead?(answer: string): boolean;
  tagged: readonly string[];
}

const everywhere = ["string with a length", "stream in one", "stream that waits, with a length", "own tag"];
const plain = [...everywhere, "string", "json", "array buffer", "byte stream"];

const servers: readonly Runtime[] = [
  {
    name: "Node",
    launch: () => start([...runtimes.node, `${apps}/odd-node.ts`]),
    // Node cancels the body of HEAD, but still writes form data into it.
    skipsHead: isFormData,
    tagged: plain,
  },
  { name: "Deno", launch: () => start([...runtimes.deno, `${apps}/odd-deno.ts`]), tagged: plain },
  {
    name: "Bun",
    launch: () => start([...runtimes.bun, `${apps}/odd-bun.ts`]),
    // Bun alone leaves out the type of a body that is not a string.
    skipsHead: () => true,
    tagged: plain,
  },
  {
    name: "workerd",
    launch: () => startWorker("odd-worker"),
    isUnsteady: (answer) => breaks.includes(answer),
    // Here a string is not complete at once: the runtime reads it in a later turn.
    tagged: everywhere,
  },
];

const names = Object.keys(answers);
const isTag = (etag: string | null) => etag?.includes('"') === true;

describe.each(servers)("On $name", ({ launch, isUnsteady, skipsHead, tagged }) => {
  let server: { port: number; stop(): unknown };
  beforeAll(async () => {
    server = await launch();
  });
  afterAll(() => server?.stop());

  const broken = { status: "broken" as const, etag: "no answer", modified: null, length: null };

  /** The answer, without the fields that this package may add. */
  async function ask(way: string, name: string, method: string, fields: Record<string, string> = {}) {
    const url = `http://localhost:${server.port}${encodeURI(`/${way}/${name}`)}`;
    // Each on its own connection: a server closes the connection of a body that breaks, and the next request would be
    // lost on it.
    const headers = { ...fields, Connection: "close" };
    const response = await fetch(url, { method, headers, redirect: "manual" }).catch(() => undefined);
    const content = await response?.arrayBuffer().catch(() => undefined);
    if (response === undefined || content === undefined) return broken;
    const get = (field: string) => response.headers.get(field);
    const boundary = /boundary="?([^"]+)/.exec(get("Content-Type") ?? "")?.[1] ?? "no boundary";
    return {
      status: response.status,
      body: Buffer.from(content).toString("latin1").replaceAll(boundary, "boundary"),
      type: get("Content-Type")?.replace(boundary, "boundary"),
      own: [get("X-Own"), get("Vary"), get("Location"), response.headers.getSetCookie()],
      etag: get("ETag"),
      modified: get("Last-Modified"),
      length: get("Content-Length"),
    };
  }
  const withoutTag = ({ etag, modified, length, ...rest }: Awaited<ReturnType<typeof ask>>) => rest;

  it.each(names.filter((name) => !isUnsteady?.(name)))(
    "a body is sent as without this package: %s",
    async (name) => {
      for (const method of ["GET", "POST"]) {
        const alone = withoutTag(await ask("alone", name, method));
        for (const way of ["late", "large", "early"]) {
          expect({ way, method, ...withoutTag(await ask(way, name, method)) }).toEqual({
            way,
            method,
            ...alone,
          });
        }
      }
      if (skipsHead?.(name)) return;
      const alone = withoutTag(await ask("alone", name, "HEAD"));
      for (const way of ["late", "early"]) {
        expect({ way, ...withoutTag(await ask(way, name, "HEAD")) }).toEqual({ way, ...alone });
      }
    },
  );

  it.each(names.filter((name) => !isFormData(name)))(
    "a body keeps the length that is sent without this package: %s",
    async (name) => {
      for (const method of ["GET", "HEAD"]) {
        // Otherwise workerd codes the answer, and its length is not known.
        const plainly = { "Accept-Encoding": "identity" };
        const { length } = await ask("alone", name, method, plainly);
        if (length === null) continue;
        for (const way of ["late", "large", "early"]) {
          expect({ way, method, length: (await ask(way, name, method, plainly)).length }).toEqual({
            way,
            method,
            length,
          });
        }
      }
    },
  );

  it.each(names)(
    "an answer is replaced by the right 304 or 412, and the server goes on: %s",
    async (name) => {
      const { status, etag } = await ask("late", name, "GET");
      if (status !== 200 || breaks.includes(name)) return;
      expect(await ask("late", name, "GET", { "If-None-Match": "*" })).toMatchObject({
        status: 304,
        body: "",
      });
      expect((await ask("late", name, "GET", { "If-Match": '"v0"' })).status).toBe(412);
      if (etag === null || isFormData(name) || name === "a wrong tag") return;
      for (const method of ["GET", "HEAD"]) {
        const again = await ask("late", name, method, { "If-None-Match": etag });
        expect(again).toMatchObject({ status: 304, body: "", etag });
      }
    },
  );

  it.each(names.filter((name) => !isFormData(name)))(
    "a body has the same tag in one request and in fifty at once: %s",
    async (name) => {
      const first = await ask("late", name, "GET");
      const many = await Promise.all(Array.from({ length: 50 }, () => ask("late", name, "GET")));
      const tags = new Set([await ask("late", name, "GET"), ...many].map(({ etag }) => etag));
      expect([...tags]).toEqual([first.etag]);
    },
  );

  it("a body with a length that breaks while it is awaited is sent as far as it was read", async () => {
    const broken = "stream that breaks later, with a length";
    if (isUnsteady?.(broken)) return;
    const [alone, late] = await Promise.all(
      ["alone", "late"].map((way) => received(server.port, way, broken)),
    );
    expect(late).toEqual(alone);
    expect(late).toEqual({ status: 200, isContentSent: true });
  });

  it("a Last-Modified that is later than now is sent as now", async () => {
    for (const way of ["late", "early"]) {
      const { modified } = await ask(way, "dated ahead", "GET");
      expect(Date.parse(modified!)).toBeLessThanOrEqual(Date.now());
    }
  });

  it("a body that is complete at once has a tag, and any other or too long body has no tag", async () => {
    const found: string[] = [];
    for (const name of names) if (isTag((await ask("late", name, "GET")).etag)) found.push(name);
    expect(found).toEqual(expect.arrayContaining([...tagged]));
    expect(found).not.toContain("stream that waits");
    expect(found).not.toContain("longer than maxBytes");
    expect(found).not.toContain("fetched");
    expect((await ask("large", "longer than maxBytes", "GET")).etag).toEqual(
      tagged === plain ? expect.stringMatching(/^W\//) : null,
    );
  });
});

it("an answer of srvx's own class keeps the length that srvx finds, tagged or not", async () => {
  const long = "0123456789".repeat(200_000);
  const handler = conditional(({ url }) => new FastResponse(url.endsWith("/long") ? long : "short"));
  const server = serve({ fetch: handler, port: 0, silent: true });
  await server.ready();
  try {
    for (const method of ["GET", "HEAD"]) {
      for (const [path, length, isTagged] of [
        ["short", 5, true],
        ["long", long.length, false],
      ] as const) {
        const { headers } = await fetch(new URL(path, server.url), { method });
        expect([headers.get("Content-Length"), headers.has("ETag")]).toEqual([String(length), isTagged]);
      }
    }
  } finally {
    await server.close(true);
  }
});
