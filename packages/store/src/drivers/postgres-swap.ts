import { MILLISECONDS } from "./postgres-statements.ts";

/** How long a swap waits for the lock of a row, unless the connection has a shorter `lock_timeout`. */
const LOCK_TIMEOUT = "2s";

const NOW = "date_trunc('milliseconds', clock_timestamp())";
const OWN_TIMEOUT = "current_setting('lock_timeout')";

/** Part of the statement itself: it costs no round trip, and ends with the transaction. */
const LOCK_WAIT = `lock_wait AS MATERIALIZED (SELECT set_config('lock_timeout', CASE
  WHEN ${OWN_TIMEOUT}::interval BETWEEN '1ms' AND '${LOCK_TIMEOUT}' THEN ${OWN_TIMEOUT} ELSE '${LOCK_TIMEOUT}' END, true))`;

/** The facts that the statement of a swap depends on. `entry`: for the ledger. */
export interface SwapParameters {
  key: string;
  expected: string | null;
  next: { value: unknown; octets: unknown; writeId: string | null } | null;
  version: string;
  skipValue: boolean;
  entry?: {
    id: string;
    fingerprint: string;
    location: string | null;
    maxAge: number;
    maxEntries: number;
    /** While no entry has this number, there is room for one more. */
    lastNumber: number;
  };
}

/** A statement, and how its parameters follow from a swap. */
interface SwapStatement {
  text: string;
  parameters: ((swap: SwapParameters) => unknown)[];
}

/** Adds a parameter, and returns its number in the statement. */
type Bind = (parameter: (swap: SwapParameters) => unknown, type?: string) => string;

/**
 * Makes the statements for swaps. Their texts differ only by the parts that a swap has: a version, a next value, a
 * claim. So there are only a few texts.
 */
export function swapStatements(table: string, ledger: string, type: "text" | "bytea") {
  const made = new Map<string, SwapStatement>();
  return (swap: SwapParameters): { text: string; values: unknown[] } => {
    const shape = `${swap.expected === null}${swap.next === null}${swap.entry === undefined}`;
    const statement = made.get(shape) ?? swapStatement(table, ledger, type, swap);
    made.set(shape, statement);
    return { text: statement.text, values: statement.parameters.map((parameter) => parameter(swap)) };
  };
}

/**
 * A swap is one statement that returns one row: whether it succeeded, whether the ledger is full, the time of
 * the new version, or the row that it found instead.
 */
function swapStatement(
  table: string,
  ledger: string,
  type: "text" | "bytea",
  swap: SwapParameters,
): SwapStatement {
  const parameters: SwapStatement["parameters"] = [];
  const bind: Bind = (parameter, type = "text") => `$${parameters.push(parameter)}::${type}`;
  const key = bind(({ key }) => key);
  const skip = bind(({ skipValue }) => skipValue, "boolean");
  const change = changeOf(table, type, swap, key, bind);
  const remembered = swap.entry ? rememberedIn(ledger, swap, key, bind) : undefined;
  const text = `WITH ${LOCK_WAIT},
    ${remembered ? `${remembered.room}, ` : ""}won AS (${change})${remembered ? `, ${remembered.writes}` : ""},
    ${foundIn(table, key, swap.expected === null)}
    SELECT won.modified IS NOT NULL AS swapped, ${remembered ? "NOT (room.ok OR room.taken)" : "false"} AS crowded,
      coalesce(won.modified, found.modified) AS modified, found.version, found.write_id AS writeid,
      CASE WHEN ${skip} THEN NULL ELSE found.value END AS value,
      CASE WHEN ${skip} THEN NULL ELSE found.octets END AS octets
    FROM ${remembered ? "room" : "(SELECT) AS one"} LEFT JOIN won ON true LEFT JOIN found ON true`;
  return { text, parameters };
}

/**
 * Reads the row after a lost swap. The snapshot of the statement does not show what the winner has written, but
 * a row that is locked is read as it is now. When no version is expected, there may be no row to lock.
 */
function foundIn(table: string, key: string, isAbsent: boolean): string {
  return `found AS (SELECT value, octets, version, ${MILLISECONDS} AS modified, write_id
    FROM ${table} WHERE key = ${key} AND NOT EXISTS (SELECT FROM won) ${isAbsent ? "" : "FOR NO KEY UPDATE"})`;
}

/** The change. It waits for the lock of the row, so `lock_wait` comes before the row. */
function changeOf(table: string, type: string, swap: SwapParameters, key: string, bind: Bind): string {
  const { expected, next, entry } = swap;
  const bindExpected = () => bind(({ expected }) => expected);
  const [withRoom, ifRoom] = entry ? [", room", " AND room.ok AND NOT room.taken"] : ["", ""];
  if (!next && expected === null) {
    return `SELECT 0::float8 AS modified FROM lock_wait${withRoom}
      WHERE NOT EXISTS (SELECT FROM ${table} WHERE key = ${key})${ifRoom}`;
  }
  if (!next) {
    return `DELETE FROM ${table} AS t USING lock_wait${withRoom}
      WHERE t.key = ${key} AND t.version = ${bindExpected()}${ifRoom} RETURNING 0::float8 AS modified`;
  }
  const row = [
    bind(({ next }) => next!.value, type),
    bind(({ next }) => next!.octets, "bytea"),
    bind(({ version }) => version),
    bind(({ next }) => next!.writeId),
  ];
  if (expected === null) {
    return `INSERT INTO ${table} (key, value, octets, version, write_id, last_modified)
      SELECT ${key}, ${row.join(", ")}, ${NOW} FROM lock_wait${withRoom} WHERE true${ifRoom}
      ON CONFLICT (key) DO NOTHING RETURNING ${MILLISECONDS} AS modified`;
  }
  const [value, octets, made, writeId] = row;
  return `UPDATE ${table} AS t SET value = ${value}, octets = ${octets}, version = ${made}, write_id = ${writeId},
      last_modified = greatest(t.last_modified, ${NOW}) FROM lock_wait${withRoom}
    WHERE t.key = ${key} AND t.version = ${bindExpected()}${ifRoom}
    RETURNING (extract(epoch FROM t.last_modified) * 1000)::float8 AS modified`;
}

/**
 * Writes the ledger's entry only if the swap succeeds. If a live entry has the id, this writes NULL on purpose: that
 * fails, and rolls back the whole statement, so only one of two copies of a request succeeds. `taken` finds an older
 * entry before the insert, because a failed insert uses up a number of `seq`, which counts the entries. It also removes
 * some expired entries. It computes the number of entries from the ends of an index instead of counting rows. Numbers
 * may have been used up: see `ledgerRoom`.
 */
function rememberedIn(ledger: string, { next, expected }: SwapParameters, key: string, bind: Bind) {
  const own = bind(({ entry }) => entry!.id);
  const ifExpired = (column: string) =>
    `${column} = CASE WHEN old.expires <= now() THEN excluded.${column} END`;
  const made = next ? bind(({ version }) => version) : "NULL";
  const most = bind(({ entry }) => entry!.maxEntries, "bigint");
  const last = bind(({ entry }) => entry!.lastNumber, "bigint");
  const room = `room AS (SELECT
      coalesce(highest - (SELECT min(seq) FROM ${ledger}) + 1 < ${most} OR highest < ${last}, true) AS ok,
      EXISTS (SELECT FROM ${ledger} WHERE id = ${own} AND expires > now()) AS taken
      FROM (SELECT max(seq) AS highest FROM ${ledger}) AS ends)`;
  const writes = `remembered AS (INSERT INTO ${ledger} AS old (id, fingerprint, key, version, modified, created, location, expires)
      SELECT ${own}, ${bind(({ entry }) => entry!.fingerprint)}, ${key}, ${made}, ${next ? "won.modified" : "NULL"}, ${expected === null}, ${bind(({ entry }) => entry!.location)},
        now() + make_interval(secs => ${bind(({ entry }) => entry!.maxAge, "int")}) FROM won
      ON CONFLICT (id) DO UPDATE SET ${["fingerprint", "key", "created", "expires"].map(ifExpired).join(", ")},
        seq = excluded.seq, version = excluded.version, modified = excluded.modified, location = excluded.location),
    removed AS (DELETE FROM ${ledger} WHERE id IN (SELECT id FROM ${ledger}
      WHERE expires <= now() AND id <> ${own} ORDER BY expires LIMIT 20 FOR UPDATE SKIP LOCKED))`;
  return { room, writes };
}
