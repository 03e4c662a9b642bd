const warned = new WeakSet<object>();

/**
 * Warns once when a client that emits `error` has no listener for it, because a lost connection would then
 * end the process. It checks a moment later, so that the caller can still add a listener.
 */
export function warnWithoutErrorListener(client: object, name: string): void {
  if (warned.has(client)) return;
  warned.add(client);
  queueMicrotask(() => {
    const { listenerCount } = client as { listenerCount?(event: string): number };
    if (typeof listenerCount !== "function" || listenerCount.call(client, "error") > 0) return;
    console.warn(
      `@entity-tag/store: ${name} has no "error" listener, so a lost connection ends the process. ` +
        `Add one: client.on("error", (error) => console.error(error.message))`,
    );
  });
}

/**
 * Warns once about a client of postgres.js that fetches types. It asks for them on each new connection, and handles no
 * error of that question: a connection that is lost then ends the process (postgres.js 3.4.9).
 */
export function warnWithFetchTypes(sql: object): void {
  const { options } = sql as { options?: { fetch_types?: boolean } };
  if (warned.has(sql) || !options?.fetch_types) return;
  warned.add(sql);
  console.warn(
    "@entity-tag/store: postgres.js fetches types on each new connection. A connection that is lost then ends the process. " +
      "The store needs no types, so turn that off: postgres(url, { fetch_types: false })",
  );
}
