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
