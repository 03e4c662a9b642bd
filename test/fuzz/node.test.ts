import { expect, test } from "vitest";
import { fuzzNode } from "./node-handlers.ts";

test("Random handlers in random stacks answer as without conditional(), or as their conditions demand", async () => {
  expect(await fuzzNode(1, 3_000)).toBeGreaterThan(5);
}, 30_000);
