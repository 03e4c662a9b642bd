import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { conditionalFetch } from "@entity-tag/client";
import { rfc9111 } from "@entity-tag/client/rfc9111";
import { getResults, runTests } from "http-cache-tests/client/runner.mjs";
import suites from "http-cache-tests/tests/index.mjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freePort } from "../../free-port.ts";

const AGE =
  "RFC 9111 §5.1 says to ignore an Age that is not valid; this version of the suite expects a stale answer";
const CLOSED =
  "a lost connection rejects, as with `fetch`; the test expects the status that a proxy would send";
const COOKIE = "a cookie is not kept: replayed, it would set an old session again (today's suite agrees)";

/** Each required test that is missed, and why. */
const misses: Record<string, string> = {
  "age-parse-nonnumeric": AGE,
  "age-parse-negative": AGE,
  "age-parse-float": AGE,
  "age-parse-prefix-twoline": AGE,
  "age-parse-dup-0": AGE,
  "age-parse-dup-0-twoline": AGE,
  "age-parse-dup-old": "the first of several values counts: RFC 9111 §5.1",
  "age-parse-parameter": AGE,
  "age-parse-numeric-parameter": AGE,
  "stale-close-must-revalidate": CLOSED,
  "stale-close-proxy-revalidate": CLOSED,
  "stale-close-no-cache": CLOSED,
  "stale-close-s-maxage=2": CLOSED,
  "headers-store-Set-Cookie": COOKIE,
  "304-etag-update-response-Set-Cookie": COOKIE,
  "304-etag-update-response-Content-Type": "the type belongs to the kept content (we choose)",
  "304-etag-update-response-ETag": "a 304 with another strong tag selects no answer: RFC 9111 §4.3.4",
  "partial-use-headers": "it needs a cache that combines ranges, which is optional: RFC 9111 §3.4",
};

const folder = dirname(createRequire(import.meta.url).resolve("http-cache-tests/package.json"));
const scratch = mkdtempSync(join(tmpdir(), "cache-tests-"));
let server: ChildProcess;
let base: string;

beforeAll(async () => {
  const port = await freePort();
  base = `http://localhost:${port}`;
  server = spawn(process.execPath, [join(folder, "server/server.mjs")], {
    env: {
      ...process.env,
      npm_config_protocol: "http",
      npm_config_port: String(port),
      npm_config_pidfile: join(scratch, "pid"),
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout!, "data");
});

afterAll(() => {
  server.kill();
  rmSync(scratch, { recursive: true });
});

it("rfc9111 passes each required test of the public cache-tests, except those in the list", {
  timeout: 120_000,
}, async () => {
  await runTests(suites, conditionalFetch({ fresh: rfc9111() }), true, base);
  const results = getResults();
  const required = suites
    .flatMap(({ tests }) => tests)
    .filter(({ id, kind = "required" }) => kind === "required" && id in results);
  const missed = required.map(({ id }) => id).filter((id) => results[id] !== true);
  expect(required.length).toBe(147);
  expect(Object.fromEntries(missed.filter((id) => !misses[id]).map((id) => [id, results[id]]))).toEqual({});
  expect(Object.keys(misses).filter((id) => !missed.includes(id))).toEqual([]);
});
