import type { NodeResponse } from "../message.ts";

/** Members of an HTTP/2 response that fail once its head has been sent. */
const CHANGES = ["setHeader", "appendHeader", "removeHeader"] as const;

/** Members of an HTTP/2 response that send nothing once its head has been sent. */
const INTERIM_ANSWERS = ["writeContinue", "writeEarlyHints"] as const;

/**
 * Makes the response behave as if its head had been sent, which is how the handler sees it: `headersSent` is true,
 * and a change of the head throws Node's own error. Returns the function that undoes this.
 */
export function freezeHead(res: NodeResponse, isHttp2: boolean): () => void {
  if (isHttp2) return freezeHttp2Head(res);
  // Node itself reads this member before every change; a compressor reads it before every write.
  const http1 = res as NodeResponse & { _header: string | null };
  http1._header = "held";
  return () => {
    http1._header = null;
  };
}

function freezeHttp2Head(res: NodeResponse): () => void {
  const own = [...CHANGES, ...INTERIM_ANSWERS].map(
    (name) => [name, Object.getOwnPropertyDescriptor(res, name)] as const,
  );
  for (const name of CHANGES) {
    res[name] = () => {
      throw headSentError(true);
    };
  }
  for (const name of INTERIM_ANSWERS) res[name] = () => false;
  Object.defineProperty(res, "headersSent", { get: () => true, configurable: true });
  return () => {
    delete (res as { headersSent?: boolean }).headersSent;
    for (const [name, descriptor] of own) {
      if (descriptor) Object.defineProperty(res, name, descriptor);
      else delete (res as Partial<NodeResponse>)[name];
    }
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
