import { afterAll, describe, expect, it, vi } from "vitest";
import { rows } from "../rows.ts";
import { expectRows, gapsOf } from "./bed/expect-rows.ts";
import { interview, questions } from "./bed/interview.ts";
import { apps, runtimes, start } from "./bed/server.ts";
import { targets } from "./bed/targets.ts";
import { isConditional, problems } from "./bed/verdict.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const counts: string[] = [];
afterAll(() => console.log(counts.join("\n")));

/** Each is a program of its own, on its own runtime; a runtime that is not installed fails here. */
describe.concurrent("Every row has its answer over a real socket", () => {
  it.for(targets)("$name answers every row, and its connections stay in use", async (target) => {
    const server = await start(target.command);
    counts.push(await expectRows(target, server.port).finally(server.stop));
  });

  it("a server that knows no conditions fails every row that has one to obey", async () => {
    const [{ connect, base }] = targets as [(typeof targets)[number]];
    const server = await start([...runtimes.node, `${apps}/no-conditions.ts`]);
    const replies = await interview(() => connect(server.port), base).finally(server.stop);
    for (const question of questions) {
      const isObeyed = problems(question, replies.get(question)!).length === 0;
      const isOpen = gapsOf("no conditions", question).length === 0;
      expect(isObeyed, question.path).toBe(isOpen && !isConditional(rows[question.index]!));
    }
  });
});
