import type { NodeResponse } from "../message.ts";

/** Members of an HTTP/2 response that fail once its head has been sent. */
const CHANGES = ["setHeader", "appendHeader", "removeHeader"] as const;

/** Members of an HTTP/2 response that send nothing once its head has been sent. */
const INTERIM_ANSWERS = ["writeContinue", "writeEarlyHints"] as const;

/**
 * Makes the response behave as if its head had been sent, which is how the handler sees it: `headersSent` is true,
 * and a change of the head throws Node's own error. Returns the function that undoes this.
 *
 * Over HTTP/2 a handler may also use `res.stream`. `onBypass` is called before it writes to the stream, because Node
 * would send an empty head with it, and before it closes the stream, because Node would send no head at all. It
 * returns true if it has sent a whole answer. Over HTTP/1 it is called before Node would send the held head, as with
 * `ServerResponse.prototype.end.call(res)`.
 */
export function freezeHead(res: NodeResponse, isHttp2: boolean, onBypass: () => boolean): () => void {
  return isHttp2 ? freezeHttp2Head(res, onBypass) : freezeHttp1Head(res as Http1Response, onBypass);
}

/** Members that Node itself uses: it reads `_header` before every change, and calls `_send` for all that it sends. */
type Http1Response = NodeResponse & {
  _header: string | null;
  _send(...content: unknown[]): unknown;
  useChunkedEncodingByDefault: boolean;
};

function freezeHttp1Head(res: Http1Response, onBypass: () => boolean): () => void {
  const { _send } = res;
  // A compressor reads it, too, before every write.
  res._header = "held";
  const sendAfterBypass: typeof _send = (...content) => {
    // Node has not made a chunk of the content. So it ends with its connection, unless its length is known.
    res.useChunkedEncodingByDefault = false;
    onBypass();
    return res._send(...content);
  };
  res._send = sendAfterBypass.bind(undefined);
  return () => {
    res._header = null;
    res._send = _send;
  };
}

function freezeHttp2Head(res: NodeResponse, onBypass: () => boolean): () => void {
  const stream = res.stream as Http2Stream;
  const unwatch = watchStream(stream, onBypass);
  const restore = restorer(res as Partial<NodeResponse>, [...CHANGES, ...INTERIM_ANSWERS, "destroy"]);
  // Node would note that the response is destroyed, and then write no content of the answer.
  res.destroy = (error) => stream.destroy!(error);
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

/** Members of an HTTP/2 stream that end it. */
const CLOSERS: readonly string[] = ["close", "destroy"];

/** Members of an HTTP/2 stream after which its head cannot be sent. */
const BYPASSES = ["respond", "respondWithFile", "respondWithFD", "write", "end", "close", "destroy"] as const;

type Http2Stream = { readonly closed?: boolean; readonly session?: { readonly destroyed: boolean } } & {
  [N in (typeof BYPASSES)[number] | "additionalHeaders" | "pushStream"]?: (...args: unknown[]) => unknown;
};

function watchStream(stream: Http2Stream, onBypass: () => boolean): () => void {
  const unwatch = restorer(stream, [...BYPASSES, "additionalHeaders"]);
  stream.additionalHeaders = () => {
    throw Object.assign(new Error("Cannot specify additional headers after response initiated"), {
      code: "ERR_HTTP2_HEADERS_AFTER_RESPOND",
    });
  };
  for (const name of BYPASSES) {
    stream[name] = (...args) => {
      unwatch();
      // When the client leaves, Node itself ends the stream.
      const isAnswered = !stream.closed && stream.session?.destroyed === false && onBypass();
      // The answer ends the stream as soon as the client has all of it.
      return isAnswered && CLOSERS.includes(name) ? stream : stream[name]!(...args);
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
