/** How long a swap waits for the lock of a row, unless the connection's own `lock_timeout` is shorter. */
const LOCK_TIMEOUT = "2s";

/**
 * The statements of one table. A swap is one statement, and its result is one row: `swapped`, and the time of the new
 * version, or the row that was there instead.
 */
export function statements(table: string, type: "text" | "bytea") {
  const modified = "(extract(epoch FROM last_modified) * 1000)::float8 AS modified";
  const state = `version, ${modified}, write_id AS writeid`;
  const now = "date_trunc('milliseconds', clock_timestamp())";
  // A part of the statement itself: it costs no round trip, and ends with the transaction.
  const own = "current_setting('lock_timeout')";
  const patience = `patience AS MATERIALIZED (SELECT set_config('lock_timeout',
    CASE WHEN ${own}::interval BETWEEN '1ms' AND '${LOCK_TIMEOUT}' THEN ${own} ELSE '${LOCK_TIMEOUT}' END, true))`;
  // A second writer waits here for the row's lock, then sees what the first has written, and not what this statement's
  // snapshot shows.
  const found = `found AS MATERIALIZED (SELECT value, octets, version, last_modified, write_id
    FROM ${table}, patience WHERE key = $1 FOR NO KEY UPDATE OF ${table})`;
  const result = (from: string, skipValue: string) => `SELECT true AS swapped, modified, NULL AS version,
      NULL AS writeid, NULL::${type} AS value, NULL::bytea AS octets FROM won
    UNION ALL SELECT false, ${modified}, version, write_id, CASE WHEN ${skipValue}::boolean THEN NULL ELSE value END,
      CASE WHEN ${skipValue}::boolean THEN NULL ELSE octets END FROM ${from} AND NOT EXISTS (SELECT FROM won)`;
  return {
    // IF NOT EXISTS alone is not safe: of two sessions that find nothing, one fails on the catalog's unique index.
    // The lock lets them pass one by one. A role that may not create tables gets by if the table is there.
    create: `DO $create$ BEGIN
      IF to_regclass('${table}') IS NULL THEN
        PERFORM pg_advisory_xact_lock(hashtext('@entity-tag/store'));
        CREATE TABLE IF NOT EXISTS ${table} (key text COLLATE "C" PRIMARY KEY, value ${type} NOT NULL, octets bytea,
          version text NOT NULL, last_modified timestamptz NOT NULL, write_id text);
      END IF;
    END $create$`,
    read: `SELECT value, octets, ${state} FROM ${table} WHERE key = $1`,
    readUnless: `SELECT CASE WHEN known THEN NULL ELSE value END AS value,
      CASE WHEN known THEN NULL ELSE octets END AS octets, ${state} FROM ${table},
      LATERAL (SELECT $2::text IS NULL OR version = ANY (string_to_array($2::text, ' ')) AS known) AS asked
      WHERE key = $1`,
    // $1 key, $2 value, $3 octets, $4 version, $5 write id, $6 skip value; to update, $7 expected
    insert: `WITH ${patience},
      won AS (INSERT INTO ${table} (key, value, octets, version, write_id, last_modified)
        SELECT $1, $2::${type}, $3::bytea, $4, $5, ${now} FROM patience ON CONFLICT (key) DO NOTHING
        RETURNING ${modified})
      ${result(`${table} WHERE key = $1`, "$6")}`,
    update: `WITH ${patience}, ${found},
      won AS (UPDATE ${table} AS t SET value = $2, octets = $3, version = $4, write_id = $5,
        last_modified = greatest(t.last_modified, ${now}) FROM found WHERE t.key = $1 AND found.version = $7
        RETURNING (extract(epoch FROM t.last_modified) * 1000)::float8 AS modified)
      ${result("found WHERE true", "$6")}`,
    // $1 key, $2 expected, $3 skip value
    remove: `WITH ${patience}, ${found},
      won AS (DELETE FROM ${table} AS t USING found WHERE t.key = $1 AND found.version = $2 RETURNING 0::float8 AS modified)
      ${result("found WHERE true", "$3")}`,
    // $1 key, $2 skip value
    absent: `WITH won AS (SELECT 0::float8 AS modified WHERE NOT EXISTS (SELECT FROM ${table} WHERE key = $1))
      ${result(`${table} WHERE key = $1`, "$2")}`,
    /** One lower bound: of two, a prepared statement seeks the first and filters by the second. */
    list: (
      values: boolean,
      isLater: boolean,
      hasEnd: boolean,
    ) => `SELECT key, ${values ? "value, " : ""}${state}
      FROM ${table} WHERE key ${isLater ? ">" : ">="} $2 ${hasEnd ? "AND key < $3" : ""} ORDER BY key LIMIT $1::int`,
  };
}
