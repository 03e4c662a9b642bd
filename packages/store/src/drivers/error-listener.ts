const warned = new WeakSet<object>();

/**
 * Warns, once, when a client that emits `error` has no listener for it: a lost connection would end the process.
 * The look is taken a moment later, so that a listener may be added in the same breath.
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
