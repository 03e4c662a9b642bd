import { afterAll, describe, expect, it, vi } from "vitest";
import { expectRows } from "./bed/expect-rows.ts";
import { interview } from "./bed/interview.ts";
import { apps, runtimes, start } from "./bed/server.ts";
import { targets } from "./bed/targets.ts";
import { isConditional } from "./bed/verdict.ts";

// Real programs on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Requests that Node itself refuses. */
const isRefusedByNode = (id: string): boolean => /^(?:flood-.*-long|control)-/.test(id);

const counts: string[] = [];
afterAll(() => console.log(counts.join("\n")));

/** Each is its own program on its own runtime. A runtime that is not installed fails here. */
describe.concurrent("Every row has its answer over a real socket", () => {
  it.for(targets)("$name answers every row, and its connections stay usable", async (target) => {
    const server = await start(target.command);
    counts.push(await expectRows(target, server.port).finally(server.stop));
  });

  it("a server without conditions fails every row whose condition changes the answer", async () => {
    const [target] = targets as [(typeof targets)[number]];
    const server = await start([...runtimes.node, `${apps}/no-conditions.ts`]);
    const interviewed = await interview(target, server.port).finally(server.stop);
    const obeyed = interviewed.filter((one) => isConditional(one.row) && one.result.found.length === 0);
    expect(obeyed.map(({ row }) => row.id).filter((id) => !isRefusedByNode(id))).toEqual([]);
  });
});
