import { test } from "vitest";
import { checkCase } from "./node-handlers.ts";
import { checkHttp2Case } from "./node-http2.ts";

// The limit is a number of cases, not a time, so that a busy machine tests as much.
test("Random handlers in random stacks answer as they do without conditional(), or as the conditions demand", async () => {
  for (let seed = 1; seed <= 16; seed++) await checkCase(seed);
}, 60_000);

test("Random handlers over HTTP/2 answer as they do without conditional(), or as the conditions demand", async () => {
  for (let seed = 1; seed <= 8; seed++) await checkHttp2Case(seed);
}, 60_000);
