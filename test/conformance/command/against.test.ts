import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rows } from "@entity-tag/conformance/rows";
import { afterAll, describe, expect, it } from "vitest";
import { circumstances, groupOf } from "../../../packages/conformance/src/command/notice.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "entity-tag-against-"));
afterAll(() => rmSync(folder, { recursive: true }));

function adapter(name: string, code: string): string {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, code);
  return file;
}

/** A server that can be given every state and ignores every condition. */
const knowsNothing = `
  import { createServer } from "node:http";
  export default () => {
    const states = new Map();
    const server = createServer((req, res) => {
      const state = states.get(req.url);
      res.writeHead(state ? 200 : 404, state?.etag ? { ETag: state.etag } : {}).end("the representation");
    }).listen(0);
    return {
      at: "http://127.0.0.1:" + server.address().port + "/",
      set(state) { const path = "/" + states.size; states.set(path, state); return path; },
      close() { server.close(); server.closeAllConnections(); },
    };
  };`;

describe("--against sends the rows of the standard to a server under test", () => {
  it("it names each row that a server without conditions fails", async () => {
    const file = adapter("knows-nothing", knowsNothing);
    const { status, out } = await run(["--against", file, "--only", "13.1.2"]);
    expect(status).toBe(1);
    expect(out).toMatch(/\d+ rows: \d+ that any fetch can send, \d+ that need a raw connection/);
    expect(out).toMatch(/^FAIL \S+ {2}If-None-Match/m);
    expect(out).toMatch(/Your users notice: Readers load a page again although they have it/);
    expect(out).toMatch(/> GET \/\d+ HTTP\/1\.1/);
  });

  it("it says for each row what users notice, and when they notice it", async () => {
    const file = adapter("knows-nothing", knowsNothing);
    const { out } = await run([
      "--against",
      file,
      "--only",
      "date-as-text,if-range,unreadable,pair",
      "--json",
    ]);
    const notices = new Map<string, string>(
      JSON.parse(out).findings.map(({ id, notice }: { id: string; notice: string }) => [id, notice]),
    );
    expect(notices.get("date-as-text-3")).toBe(
      "Readers load a page again although they have it: on some days of the week, and not on others.",
    );
    expect(notices.get("date-as-text-5")).toBe(
      "A write overwrites what another person has written, and nobody is told: on some days of the week, and not on others.",
    );
    expect(notices.get("if-range-1")).toBe(
      "A download that broke off begins from the start: when a download is resumed.",
    );
    expect(notices.get("if-range-2")).toMatch(/two versions/);
    expect(notices.get("pair-if-match-true-if-none-match-false-get")).toMatch(
      /^Readers load a page again .*: where a client sends two conditions at once\.$/,
    );
    expect(new Set(notices.values()).size).toBeGreaterThan(12);
  });

  it("it can say for every kind of row when users notice the mistake", () => {
    const kinds = new Set(rows.map(({ id }) => groupOf(id)));
    expect(Object.keys(circumstances).filter((kind) => !kinds.has(kind))).toEqual([]);
    expect([...kinds].filter((kind) => circumstances[kind] === undefined)).toEqual([]);
  });

  it("it accepts a fetch function, too, and counts the rows that do not apply to it", async () => {
    const file = adapter(
      "fetch",
      `export default (request) => new Response("hi", { headers: { ETag: '"v1"' } });`,
    );
    const { out } = await run(["--against", file, "--only", "5.3", "--json"]);
    const { counts } = JSON.parse(out);
    expect(counts["not applicable"] + counts["could not be set up"]).toBeGreaterThan(0);
  });

  for (const [name, code, message] of [
    ["nothing", "export const target = 1;", /default export is not a target/],
    ["a number", "export default 5;", /default export is not a target/],
    ["a mistake", "export default (;", /cannot be loaded/],
    [
      "a server that does not listen",
      `export default "http://127.0.0.1:1/";`,
      /does not answer: nothing listens/,
    ],
  ] as const) {
    it(`when the module exports ${name}, the command prints one line and exits with 2`, async () => {
      const { status, err } = await run(["--against", adapter(name.replaceAll(" ", "-"), code)]);
      expect(status).toBe(2);
      expect(err).toMatch(message);
      expect(err.trimEnd().split("\n")).toHaveLength(1);
    });
  }

  it("when the module does not exist, the command prints one line and exits with 2", async () => {
    const { status, err } = await run(["--against", join(folder, "missing.mjs")]);
    expect(status).toBe(2);
    expect(err).toMatch(/cannot be loaded/);
  });
});
