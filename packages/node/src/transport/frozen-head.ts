import type { NodeResponse } from "../message.ts";

/** Members of an HTTP/2 response that fail once its head has been sent. */
const CHANGES = ["setHeader", "appendHeader", "removeHeader"] as const;

/** Members of an HTTP/2 response that send nothing once its head has been sent. */
const INTERIM_ANSWERS = ["writeContinue", "writeEarlyHints"] as const;

/**
 * Makes the response behave as if its head had been sent, which is how the handler sees it: `headersSent` is true,
 * and a change of the head throws Node's own error. Returns the function that undoes this.
 *
 * Over HTTP/2 a handler may also write to `res.stream`. `onBypass` is called before such a write, because Node would
 * send an empty head with it.
 */
export function freezeHead(res: NodeResponse, isHttp2: boolean, onBypass: () => void): () => void {
  if (isHttp2) return freezeHttp2Head(res, onBypass);
  // Node itself reads this member before every change; a compressor reads it before every write.
  const http1 = res as NodeResponse & { _header: string | null };
  http1._header = "held";
  return () => {
    http1._header = null;
  };
}

function freezeHttp2Head(res: NodeResponse, onBypass: () => void): () => void {
  const unwatch = watchStream(res.stream as Http2Stream, onBypass);
  const restore = restorer(res as Partial<NodeResponse>, [...CHANGES, ...INTERIM_ANSWERS]);
  for (const name of CHANGES) {
    res[name] = () => {
      throw headSentError(true);
    };
  }
  for (const name of INTERIM_ANSWERS) res[name] = () => false;
  Object.defineProperty(res, "headersSent", { get: () => true, configurable: true });
  return () => {
    unwatch();
    delete (res as { headersSent?: boolean }).headersSent;
    restore();
  };
}

/** Members of an HTTP/2 stream that send a head. */
const SENDERS = ["respond", "write", "end"] as const;

type Http2Stream = { readonly closed?: boolean } & {
  [N in (typeof SENDERS)[number] | "pushStream"]?: (...args: unknown[]) => unknown;
};

function watchStream(stream: Http2Stream, onBypass: () => void): () => void {
  const unwatch = restorer(stream, SENDERS);
  for (const name of SENDERS) {
    stream[name] = (...args) => {
      unwatch();
      // When the client leaves, Node itself ends the stream.
      if (!stream.closed) onBypass();
      return stream[name]!(...args);
    };
  }
  return unwatch;
}

/**
 * Drops what a handler writes to a stream whose answer has ended. Node would break the stream off, before the client
 * has all of it.
 */
export function dropStreamWrites(res: NodeResponse): void {
  const stream = res.stream as Http2Stream;
  stream.write = () => false;
  stream.end = () => stream;
}

/** Remembers members of an object, so that they can be replaced for a time. */
function restorer<Name extends string>(
  target: { [N in Name]?: unknown },
  names: readonly Name[],
): () => void {
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  return () => {
    for (const [name, descriptor] of own) {
      if (descriptor) Object.defineProperty(target, name, descriptor);
      else delete target[name];
    }
  };
}

/**
 * Answers a push as Node does once the stream is closed: with an error for its callback. An answer without content
 * closes the stream, and Node would end the process with an error that nobody can catch.
 */
export function refusePushes({ stream }: NodeResponse): void {
  (stream as Http2Stream).pushStream = (...args: unknown[]) => {
    const callback = args.find((argument) => typeof argument === "function") as (error: Error) => void;
    const error = Object.assign(new Error("The stream has been destroyed"), {
      code: "ERR_HTTP2_INVALID_STREAM",
    });
    process.nextTick(callback, error);
  };
}

/** The error that Node throws when `writeHead` is called a second time. */
export function headSentError(isHttp2: boolean): Error {
  return isHttp2
    ? Object.assign(new Error("Response has already been initiated."), { code: "ERR_HTTP2_HEADERS_SENT" })
    : Object.assign(new Error("Cannot write headers after they are sent to the client"), {
        code: "ERR_HTTP_HEADERS_SENT",
      });
}
