import type { NodeResponse } from "./message.ts";

/** For so many milliseconds, what a handler writes after the end of its stream is thrown away. */
const PATIENCE = 2_000;

/** What a handler is told of an answer that was complete before it had ended. */
export interface EarlyAnswer {
  /** Whether its client has left, as far as it is told: nothing more is to be asked of it. */
  isGone(res: NodeResponse): boolean;
  /** To be called when it has ended. */
  done(): void;
}

/** Over HTTP/1, the connection waits for the handler. */
export const overHttp1: EarlyAnswer = {
  isGone: ({ destroyed = false }) => destroyed,
  done: () => {},
};

/**
 * Over HTTP/2, a complete answer ends its stream, lest its client wait. A handler that still writes would take that for
 * a client that has left, and its pipeline would be rejected: it is told when it has ended itself. One that goes on and
 * on is told that its client has left: when that does, nothing says so of a stream that has ended.
 */
export function overHttp2(res: NodeResponse): EarlyAnswer {
  const { emit } = res;
  const until = Date.now() + PATIENCE;
  let isClosed = false;
  let isGone = false;
  let isDone = false;
  // Without `finish`, which Node says of every stream that closes: a generator in a pipeline would wait for ever.
  const isHidden = (event: string) => !isDone && (event === "finish" || (event === "close" && !isGone));
  res.emit = (event, ...args) => {
    if (event === "close") isClosed = true;
    return !isHidden(event) && emit.call(res, event, ...args);
  };
  Object.defineProperty(res, "writableFinished", { get: () => isDone });
  return {
    isGone() {
      if (isGone) return true;
      isGone = Date.now() > until;
      if (isGone && isClosed) emit.call(res, "close");
      return isGone;
    },
    done() {
      if (isDone) return;
      isDone = true;
      if (!isClosed || isGone) return;
      Object.defineProperty(res, "writableEnded", { value: true });
      setImmediate(() => {
        emit.call(res, "finish");
        emit.call(res, "close");
      });
    },
  };
}
