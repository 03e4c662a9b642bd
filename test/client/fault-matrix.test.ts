import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "../adapters/bed/server.ts";
import { type Cell, cells, type Outcome } from "./faults/cell.ts";
import { type Column, columns, rows } from "./faults/faults.ts";
import { bundled, nodes, run } from "./on-nodes.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** The rows of the table that users read. The outcomes are compared with these words. */
const table = readFileSync(`${root}/docs/guides/clients.md`, "utf8")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((line) => line.length === columns.length + 3)
  .map((line) => line.slice(1, -1));
const head = table.findIndex(([fault]) => fault === "fault");
const documented = new Map(table.slice(head + 2).map(([fault, ...outcomes]) => [fault, outcomes]));

/**
 * The documented outcome. A fault in the read of `update` or `remove` has the outcome of `read`, except that `remove`
 * needs no content.
 */
function expected({ row, column, inRead }: Cell): string | undefined {
  const at = (name: Column) => documented.get(row.fault)?.[columns.indexOf(name)];
  if (!inRead) return at(column);
  const read = at("read");
  if (column === "remove") return /^value|200$/.test(read ?? "") ? "removed" : read;
  return read?.startsWith("value") ? "updated" : read;
}

interface Ran {
  version: string;
  outcomes: Outcome[];
  rejections: string[];
  timers: string[];
}

const ran = new Map<string, Promise<Ran>>();
let programs: Awaited<ReturnType<typeof bundled>>;
beforeAll(async () => {
  programs = await bundled(["faults/program.ts"]);
  for (const [major, node] of Object.entries(nodes)) {
    // The program ends by itself, unless a connection is left.
    const ended = run(node, [`${programs.folder}/program.mjs`], { timeout: 100_000 });
    ran.set(
      major,
      ended.then(({ stdout }) => JSON.parse(stdout)),
    );
  }
});
afterAll(() => programs.remove());

it("the table in docs/guides/clients.md has each fault and each function", () => {
  expect(table[head]?.slice(1)).toEqual(columns.map((column) => `\`${column}\``));
  expect([...documented.keys()]).toEqual(rows.map(({ fault }) => fault));
});

describe.for(Object.keys(nodes))("on Node %s", (major) => {
  it("the program ends, no rejection is unhandled, and no timer is left", async () => {
    const { version, outcomes, rejections, timers } = await ran.get(major)!;
    expect(version).toMatch(new RegExp(`^v${major}\\.`));
    expect([outcomes.length, rejections, timers]).toEqual([cells.length, [], []]);
  });

  describe.for(rows)("$fault:", (row) => {
    it.for(columns)("%s", async (column) => {
      const { outcomes } = await ran.get(major)!;
      for (const [at, cell] of cells.entries()) {
        if (cell.row !== row || cell.column !== column) continue;
        const { outcome, broken } = outcomes[at]!;
        const { through, inRead, happens } = cell;
        const where = `through ${through}${inRead ? ", in its read" : ""}: ${JSON.stringify(happens)?.slice(0, 80)}`;
        expect({ outcome, broken }, where).toEqual({ outcome: expected(cell), broken: [] });
      }
    });
  });
});
