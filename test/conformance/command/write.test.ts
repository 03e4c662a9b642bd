import { existsSync, readFileSync, rmSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { content, type Flaw, type RunningServer, startServer } from "../probe/server.ts";
import { run } from "./run.ts";

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
});

async function start(flaw: Flaw = {}, isHere = true): Promise<RunningServer> {
  const server = await startServer(flaw);
  if (!isHere) server.page.body = undefined;
  stopping.push(server.close);
  return server;
}

const writes = ["--write", "--yes", "--only", "writes"];
const ignoring: Flaw = { write: () => "write" };

describe("--write", () => {
  it("--write without a terminal and without --yes writes nothing", async () => {
    const { url, page } = await start();
    const { status, err } = await run([url, "--write"]);
    expect(status).toBe(2);
    expect(err).toContain("--yes");
    expect(page.version).toBe(1);
  });

  it("the report says that a correct server protects writers, also in a race, and the page is restored", async () => {
    const { url, page } = await start();
    const { status, out } = await run([url, ...writes, "--race", "16"]);
    expect(status, out).toBe(0);
    expect(out).toMatch(/✓ Do writers get 412 before anything happens\? +Yes/);
    expect(out).toContain("The page is as it was found.");
    expect(page.version).toBeGreaterThan(10);
    expect(page).toMatchObject({ body: content, type: "text/plain" });
  });

  it("the report says first that an ETag is sent and If-Match is ignored, and the page is restored", async () => {
    const { url, page } = await start(ignoring);
    const { status, out } = await run([url, ...writes]);
    expect(status).toBe(1);
    expect(out).toMatch(/✗ Do writers .* No: An ETag is sent, but If-Match is ignored/);
    expect(out.match(/^FAIL \S+/m)?.[0]).toBe("FAIL write-forged");
    expect(page.body).toBe(content);
  });

  it("a server that answers 412 and has written is reported", async () => {
    const { url, page } = await start({
      write: (asked) => (asked.get("if-match")?.endsWith('-other"') ? "refuse and write" : undefined),
    });
    const { status, out } = await run([url, ...writes]);
    expect(status).toBe(1);
    expect(out).toContain("It answered 412, but wrote.");
    expect(page.body).toBe(content);
  });

  it("a 4xx other than 412 proves no condition: the question could not be set up", async () => {
    const { url, page } = await start({ write: () => "not found" });
    const { status, out } = await run([url, ...writes]);
    expect(status).toBe(0);
    expect(out).toMatch(/\? Do writers .* Unknown: A write is answered 404/);
    expect(page.version).toBe(1);
  });

  it("the report counts the updates that are lost when a server judges before the body has arrived", async () => {
    const { url, page } = await start({ judgesEarly: true });
    const { status, out } = await run([
      url,
      "--write",
      "--yes",
      "--race",
      "8",
      "--only",
      "write-race,write-overtaken",
    ]);
    expect(status).toBe(1);
    expect(out).toMatch(/FAIL write-overtaken/);
    expect(out).toMatch(/\d+ updates were lost in 4 rounds/);
    expect(page.body).toBe(content);
  });

  it("--write on an absent page creates it, and deletes it at the end", async () => {
    const { url, page } = await start({}, false);
    const { status, out } = await run([
      url,
      ...writes,
      "--body",
      "number {n}",
      "--content-type",
      "text/plain",
    ]);
    expect(status, out).toBe(0);
    expect(out).toContain("The page is gone, as it was found.");
    expect(page.body).toBeUndefined();
  });

  it("--write asks for --body when the page is absent, or when its content is not text", async () => {
    const absent = await start({}, false);
    expect((await run([absent.url, ...writes])).err).toContain("give --body and --content-type");
    const image = await start();
    image.page.type = "image/png";
    const { status, err } = await run([image.url, ...writes]);
    expect(status).toBe(2);
    expect(err).toMatch(/image\/png .* give --body, with \{n\}/);
    expect(image.page.version).toBe(1);
  });

  it("the page is restored when the server stops answering during the run", async () => {
    let isSilent = false;
    const server = await start({
      before: ({ version }) => {
        isSilent ||= version === 4;
      },
      neverAnswers: (asked) => isSilent && asked.get("if-none-match") !== null,
    });
    const { status, out, err } = await run([server.url, ...writes, "--timeout", "200ms"]);
    expect(err).toContain("stopped answering");
    expect(err).toContain("The page is as it was found.");
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(server.page.body).toBe(content);
  });

  it("when the page cannot be restored, the command says so and keeps the content in a file", async () => {
    let writesLeft = 3;
    const server = await start({ write: () => (writesLeft-- > 0 ? "write" : "refuse") });
    const { status, out } = await run([server.url, ...writes]);
    expect(status).toBe(2);
    const file = /could NOT be put back: its content is in the file (\S+)\./.exec(out)?.[1] ?? "";
    expect(existsSync(file), out).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(content);
    rmSync(file);
  });
});
