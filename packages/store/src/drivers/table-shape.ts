/** A column that a table must have. */
export interface Column {
  name: string;
  /** Its type as the database calls it; `undefined`: any. */
  type?: string | undefined;
  /** The statements that add it; `undefined`: a table without it was not made by this package. */
  add?: string | undefined;
}

/** A column that a table has. */
export interface FoundColumn {
  name: string;
  type: string;
}

/**
 * Checks a table that existed before. An older version of this package or another program may have made it.
 *
 * @throws {TypeError} that names what is missing, and the statements to run
 */
export function checkShape(table: string, wanted: readonly Column[], found: readonly FoundColumn[]): void {
  const types = new Map(found.map(({ name, type }) => [name, type]));
  const missing = wanted.filter(({ name }) => !types.has(name));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(", ");
    const statements = missing.map(({ add }) => add);
    const canBeAdded = statements.every((add) => add !== undefined);
    const advice = canBeAdded ? `Run: ${statements.join("; ")}` : "Use another table";
    throw new TypeError(`Cannot use the table ${table}: it has no column ${names}. ${advice}`);
  }
  for (const { name, type } of wanted) {
    const other = types.get(name)!;
    if (type === undefined || other === type) continue;
    throw new TypeError(
      `Cannot use the table ${table}: its column ${name} is ${other}, not ${type}. Use another table, or change the column`,
    );
  }
}
