import type { DriverSwap } from "./driver.ts";
import { sqlState } from "./postgres-errors.ts";

/**
 * The statement tried to write NULL over a live entry of the ledger: see `rememberedIn`. NULL in a column that a user
 * added to the table is another mistake, and will not go away.
 */
export function isRepeated(error: unknown, { claim }: DriverSwap, ledger: string): boolean {
  if (claim === undefined || sqlState(error) !== "23502") return false;
  const name = tableIn(error);
  return name === undefined || isNameOf(ledger, name);
}

/**
 * The sequence of the ledger's numbers is behind its entries. Logical replication and a dump of data alone bring the
 * entries, and leave the sequence at its start.
 */
export function isNumberTaken(error: unknown, { claim }: DriverSwap, ledger: string): boolean {
  const name = tableIn(error);
  return claim !== undefined && sqlState(error) === "23505" && name !== undefined && isNameOf(ledger, name);
}

/** The table of an error, under the name that each library gives it. */
function tableIn(error: unknown): string | undefined {
  const { table, table_name } = error as { table?: string; table_name?: string };
  return table ?? table_name;
}

function isNameOf(table: string, name: string): boolean {
  return table.endsWith(`"${name}"`);
}
