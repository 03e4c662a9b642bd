/** A connected client of pg. */
interface PgClient {
  host: string;
  port: number;
  processID: number;
  secretKey: unknown;
}

/** A connection that is not open yet. */
interface PgConnection {
  on(event: "connect" | "error", listener: () => void): unknown;
  connect(portOrPath: number | string, host?: string): void;
  cancel(processID: number, secretKey: unknown): void;
}

type PgClientClass = new (config: { host: string; port: number; ssl: false }) => { connection: PgConnection };

/**
 * Asks the server to cancel the statement of a client of pg, over a connection of its own: all connections of a pool
 * may wait for the same lock. It does nothing for a client of another library.
 */
export function cancel(client: object): void {
  const { host, port, processID, secretKey } = client as Partial<PgClient>;
  if (typeof processID !== "number" || host === undefined || port === undefined) return;
  const { connection } = new (client.constructor as PgClientClass)({ host, port, ssl: false });
  if (typeof connection?.cancel !== "function") return;
  connection.on("error", () => {});
  connection.on("connect", () => connection.cancel(processID, secretKey));
  if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
}
