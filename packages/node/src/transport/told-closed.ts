import type { NodeResponse } from "../message.ts";

/**
 * Tells a handler that still writes that its client has left, although its answer has been sent. It emits `close`
 * without `finish`, sets `destroyed`, and leaves the answer neither ended nor finished.
 *
 * `finish` reaches only the first `listeners` listeners. They were added before the handler ran: the first is
 * Node's own, which serves the next request on the connection.
 */
export function tellClosed(res: NodeResponse, listeners: number): void {
  const { emit } = res;
  const earlier = res.rawListeners("finish").slice(0, listeners);
  let isClosed = false;
  res.emit = (event, ...args) => {
    if (event === "finish") {
      for (const listener of earlier) listener.apply(res, args);
      return earlier.length > 0;
    }
    if (event !== "close") return emit.call(res, event, ...args);
    if (isClosed) return false;
    isClosed = true;
    return emit.call(res, event, ...args);
  };
  for (const name of ["writableEnded", "writableFinished"])
    Object.defineProperty(res, name, { value: false });
  Object.defineProperty(res, "destroyed", { value: true, writable: true });
  process.nextTick(() => res.emit("close"));
}

/** The error of a later write, as when a client has left. */
export function destroyedError(): Error {
  return Object.assign(new Error("Cannot call write after a stream was destroyed"), {
    code: "ERR_STREAM_DESTROYED",
  });
}
