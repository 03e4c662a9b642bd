import { check, connectTo, type Row, type RunOptions, rows, run, type Target } from "@entity-tag/conformance";
import { describe, expect, it } from "vitest";

const app = () => new Response("hello");
const some = rows.slice(0, 1);

describe("run refuses a wrong argument at once, and says what it accepts", () => {
  const targets: [what: string, target: unknown, message: RegExp][] = [
    ["nothing", undefined, /was given undefined as its target: use a url, a function/],
    ["a number", 3000, /was given 3000 as its target/],
    ["a path", "/page", /was given "\/page" as its target/],
    ["an address without http:", "localhost:3000", /was given "localhost:3000" as its target/],
    [
      "an application in place of its fetch",
      { fetch: app },
      /an object with fetch as its target: give its `fetch`/,
    ],
    [
      "a target without a place",
      { at: 3000, set: app },
      /`at` of the target is 3000: use a url or a function/,
    ],
    [
      "a target whose set is not a function",
      { at: app, set: "/" },
      /`set` of the target is "\/": use a function/,
    ],
  ];
  it.for(targets)("a target that is %s", async ([, target, message]) => {
    await expect(run(some, target as Target)).rejects.toThrow(TypeError);
    await expect(run(some, target as Target)).rejects.toThrow(message);
  });

  const options: [what: string, options: unknown, message: RegExp][] = [
    ["misspelt", { timout: 5 }, /no option `timout`: did you mean `timeout`\?/],
    ["unknown", { colour: true }, /no option `colour`: use timeout, insecure/],
    ["of another type", { timeout: "5s" }, /`timeout` is "5s": use a number above 0/],
    ["zero at a time", { parallel: 0 }, /`parallel` is 0: use a whole number above 0/],
    ["no object", 5_000, /was given 5000 as its options/],
  ];
  it.for(options)("an option that is %s", async ([, given, message]) => {
    await expect(run(some, app, given as RunOptions)).rejects.toThrow(message);
    await expect(check(some[0]!, app, given as RunOptions)).rejects.toThrow(message);
  });

  it("rows that are not valid", async () => {
    await expect(run("rows" as unknown as Row[], app)).rejects.toThrow(/"rows" as its rows: use an array/);
    await expect(check("hit-1" as unknown as Row, app)).rejects.toThrow(/"hit-1" as a row/);
    await expect(check(undefined as unknown as Row, app)).rejects.toThrow(/undefined as a row/);
  });

  it.for([
    ["an address as a text", "http://localhost:1/", 'connectTo() was given "http://localhost:1/": use a URL'],
    ["another protocol", new URL("ftp://localhost/"), "connectTo() was given ftp://localhost/: use a URL"],
    ["nothing", undefined, "connectTo() was given undefined: use a URL"],
  ])("connectTo with %s", async ([, url, message]) => {
    await expect(connectTo(url as URL)).rejects.toThrow(message as string);
  });

  it("an option that is undefined counts as not given", async () => {
    const given = { timeout: undefined } as unknown as RunOptions;
    expect(await run(some, app, given)).toHaveLength(1);
  });
});
