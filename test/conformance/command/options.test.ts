import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { readFlaws } from "../probe/flaws.ts";
import { startServer } from "../probe/server.ts";
import { run } from "./run.ts";

const stopping: (() => void)[] = [];
afterEach(() => {
  for (const stop of stopping.splice(0)) stop();
});

async function start(id?: string) {
  const server = await startServer(id === undefined ? {} : readFlaws[id]);
  stopping.push(server.close);
  return server.url;
}

describe("the command line", () => {
  it("--help shows every option and an example of each use", async () => {
    const { status, out } = await run(["--help"]);
    expect(status).toBe(0);
    const options = readFileSync(
      resolve(import.meta.dirname, "../../../packages/conformance/src/command/options.ts"),
      "utf8",
    );
    const flags = options.slice(options.indexOf("const flags"), options.indexOf("} as const"));
    for (const [, flag] of flags.matchAll(/^ {2}"?([\w-]+)"?: \{/gm))
      expect(out, flag).toContain(`--${flag}`);
    expect(out).toMatch(/Examples\n(.*npx @entity-tag\/conformance.*\n){5}/);
  });

  it("--version prints the version of the package", async () => {
    const manifest = resolve(import.meta.dirname, "../../../packages/conformance/package.json");
    const { version } = JSON.parse(readFileSync(manifest, "utf8"));
    expect((await run(["--version"])).out).toBe(`${version}\n`);
  });

  for (const [args, message] of [
    [[], /Give the address of a page/],
    [["ftp://example.com/"], /Cannot ask ftp: addresses/],
    [["http://"], /is not an address/],
    [["http://a/", "http://b/"], /One address at a time/],
    [["http://a/", "--timout", "5"], /no option --timout: did you mean --timeout\?/],
    [["http://a/", "--frobnicate"], /no option --frobnicate\./],
    [["http://a/", "--timeout"], /--timeout needs a value/],
    [["--race", "http://a/"], /--race needs a value, and the address was read as that value/],
    [["http://a/", "--write=yes"], /'--write' does not take an argument/],
    [["/page"], /\/page is a path: give the whole address, as in http:\/\/localhost:3000\/page/],
    [["explian", "GET"], /no explian: did you mean explain\?/],
    [["explain", "GET", "--etga", '"a"'], /no option --etga: did you mean --etag\?/],
    [["http://a/", "--only", "range-weak-tg"], /did you mean range-weak-tag\?/],
    [["http://a/", "--skip", "rangse"], /did you mean ranges\?/],
    [["http://a/", "--timeout", "2000"], /seconds up to 600, as in 5, or 500ms/],
    [["http://a/", "--json", "--junit"], /One form at a time/],
    [["http://a/", "--race", "8"], /--race is for --write/],
    [["http://a/", "--write", "--yes", "--race", "1"], /--race 1 is no race/],
    [["http://a/", "--header", "no field"], /is not a field/],
    [["http://a/", "--only", "nonsense"], /No question is named nonsense/],
    [["http://a/", "--only", "ranges", "--skip", "ranges"], /No question is left/],
    [["http://a/", "--max-requests", "none"], /a whole number/],
  ] as const) {
    it(`the arguments ${args.join(" ") || "(none)"} are refused in one line that says what is accepted`, async () => {
      const { status, out, err } = await run(args);
      expect(status).toBe(2);
      expect(out).toBe("");
      expect(err).toMatch(message);
      expect(err.trimEnd().split("\n")).toHaveLength(1);
    });
  }

  it("--only and --skip accept ids, groups and sections", async () => {
    const url = await start();
    const asked = async (...args: string[]) =>
      JSON.parse((await run([url, "--json", ...args])).out).findings.map(({ id }: { id: string }) => id);
    expect(await asked("--only", "tag-own,head-tag")).toEqual(["tag-own", "head-tag"]);
    expect(await asked("--only", "ranges", "--skip", "range-list")).not.toContain("range-list");
    expect(await asked("--only", "13.1.3")).toContain("date-own");
    expect(await asked("--only", "13.1", "--skip", "13.1.2")).not.toContain("tag-own");
  });

  it("--max-requests ends the probe, and the report has the results until then", async () => {
    const { status, out } = await run([await start(), "--max-requests", "20"]);
    expect(status).toBe(0);
    expect(out).toContain("20 requests were sent already");
    expect(out).toMatch(/could not be set up/);
  });

  it("--max-requests below what is needed to read the page prints one line and exits with 2", async () => {
    const { status, err } = await run([await start(), "--max-requests", "2"]);
    expect(status).toBe(2);
    expect(err).toMatch(/^Could not run: \S+ 2 requests were sent already\.\n$/);
  });

  it("the name and the password in an address are sent as curl sends them, and are not printed", async () => {
    const seen = new Set<string | null>();
    const server = await startServer({ before: (_page, asked) => void seen.add(asked.get("authorization")) });
    stopping.push(server.close);
    const { out } = await run([server.url.replace("//", "//me:se%20cret@"), "--only", "tag-own"]);
    expect([...seen]).toEqual([`Basic ${Buffer.from("me:se cret").toString("base64")}`]);
    expect(out).not.toMatch(/cret/);
  });

  it("every request has a clear User-Agent and the fields of --header", async () => {
    const seen: string[] = [];
    const server = await startServer({
      before: (_page, asked) => {
        seen.push(`${asked.get("user-agent")} ${asked.get("authorization")}`);
      },
    });
    stopping.push(server.close);
    await run([server.url, "--header", "Authorization: Bearer abc", "--only", "tag-own"]);
    expect(seen.length).toBeGreaterThan(5);
    for (const line of seen) expect(line).toMatch(/^entity-tag-conformance\/\d.* Bearer abc$/);
  });
});

describe("the report", () => {
  it("the report has the four questions first, then the groups, then each failure with its octets and what users notice", async () => {
    const { status, out } = await run([await start("range-later-date")]);
    expect(status).toBe(1);
    const order = [
      /✓ Do readers get 304s\? +Yes/,
      /· Do writers get 412 before anything happens\? +Not asked/,
      /✗ Can a resumed download be corrupted\? +Yes: range-later-date/,
      /✓ Can a compressor or proxy break the tags\? +No/,
      /Ranges and resumed downloads +9 passed, 1 failed/,
      /FAIL range-later-date/,
      /It answered 206 with bytes 0-3/,
      /MUST, RFC 9110 §13\.1\.5/,
      /Your users notice: A download that is resumed/,
      /> GET \/page HTTP\/1\.1/,
      /> If-Range: /,
      /< HTTP\/1\.1 206/,
      /\d+ questions: \d+ passed, 1 failed\./,
    ];
    const places = order.map((line) => out.search(line));
    expect(places, out).toEqual([...places].sort((a, b) => a - b));
    expect(places[0]).toBeGreaterThan(0);
  });

  it("a warning alone does not fail the run", async () => {
    const { status, out } = await run([await start("date-own")]);
    expect(out).toMatch(/WARNING date-own/);
    expect(status).toBe(0);
  });

  it("--json prints every finding with its octets", async () => {
    const { status, out } = await run([await start("tag-star"), "--json"]);
    expect(status).toBe(1);
    const report = JSON.parse(out);
    expect(report).toMatchObject({ exitStatus: 1, counts: { fail: 1 } });
    expect(report.summary).toHaveLength(4);
    const failed = report.findings.find(({ id }: { id: string }) => id === "tag-star");
    expect(failed).toMatchObject({ verdict: "fail", section: "13.1.2", level: "MUST" });
    expect(failed.octets[0].sent).toContain("If-None-Match: *\r\n");
    expect(failed.octets[0].received).toMatch(/^HTTP\/1\.1 200/);
  });

  it("--junit prints XML with a suite for each group", async () => {
    const { out } = await run([await start("tag-star"), "--junit"]);
    expect(out).toMatch(/^<\?xml version="1.0"/);
    expect(out).toContain('failures="1"');
    expect(out).toMatch(
      /<testcase classname="revalidation" name="tag-star: [^"]*">\s*<failure message="[^"<]*">/,
    );
    expect(out.match(/<testsuite /g)?.length).toBe(out.match(/<\/testsuite>/g)?.length);
    expect(out).not.toMatch(/[\x00-\x08\x0b\x0c\x0e-\x1f]/);
  });

  it("--markdown prints the four questions as a table", async () => {
    const { out } = await run([await start("tag-star"), "--markdown"]);
    expect(out).toMatch(/\| ⚠️ \| Do readers get 304s\? \| Yes, but: tag-star \|/);
    expect(out).toContain("### fail: If-None-Match: * on an existing page");
  });
});
