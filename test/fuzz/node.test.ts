import { test } from "vitest";
import { checkCase } from "./node-handlers.ts";
import { checkHttp2Case } from "./node-http2.ts";

// Numbers of cases, not seconds: a busy machine takes longer, and proves the same.
test("Random handlers in random stacks answer as without conditional(), or as their conditions demand", async () => {
  for (let seed = 1; seed <= 16; seed++) await checkCase(seed);
}, 60_000);

test("Random handlers over HTTP/2 answer as without conditional(), or as their conditions demand", async () => {
  for (let seed = 1; seed <= 8; seed++) await checkHttp2Case(seed);
}, 60_000);
