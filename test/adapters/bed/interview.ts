import { type Result, type Row, rows, run } from "@entity-tag/conformance";
import { isLate, type Mode, pathOf } from "../apps/handlers.ts";
import type { Connection } from "./connection.ts";
import type { Target } from "./targets.ts";

/** One row, asked in one mode, and the result. */
export interface Interviewed {
  mode: Mode;
  row: Row;
  result: Result;
  /** The number of times that the handler ran for it. */
  runs: number;
}

/** The rows that can be asked in a mode. */
export const rowsOf = (mode: Mode): readonly Row[] => (mode === "early" ? rows : rows.filter(isLate));

/** Asks a server every row in both modes, on few connections that stay open. */
export async function interview({ connect, base }: Target, port: number): Promise<Interviewed[]> {
  const open = () => connect(port);
  const results = async (mode: Mode) => {
    const target = {
      at: `http://127.0.0.1:${port}`,
      set: (_: unknown, row: Row) => base + pathOf(mode, row),
      // The handler's runs are counted at the end, all at once.
      runs: () => 0,
    };
    const asked = await run(rowsOf(mode).map(strictly), target, { parallel: 4, connect: open });
    return asked.map((result) => ({ mode, row: result.row, result, runs: 0 }));
  };
  const interviewed = [...(await results("early")), ...(await results("late"))];
  const counted = await countRuns(open, base);
  return interviewed.map((one) => ({ ...one, runs: counted[pathOf(one.mode, one.row)] ?? 0 }));
}

/** Where a row allows several answers, this package has chosen one, unless the runtime answers before the handler. */
function strictly(row: Row): Row {
  const { also = [], ...rest } = row;
  const kept = also.filter(
    ({ chosenBy, status }) =>
      chosenBy === "the server, while it reads the message" ||
      (rest.expect.outcome === "not-modified" && status.includes(304)),
  );
  return kept.length === 0 ? rest : { ...rest, also: kept };
}

async function countRuns(open: () => Promise<Connection>, base: string): Promise<Record<string, number>> {
  const connection = await open();
  const { body } = await connection.ask({ method: "GET", path: `${base}/runs`, headers: [] });
  connection.close();
  return JSON.parse(body);
}
