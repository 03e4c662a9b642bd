/** The error when there was no complete answer. `reason` is one or two words, and the message is a sentence. */
export class WireError extends Error {
  override name = "WireError";

  readonly reason: WireFailure;
  /** The octets of the request, if it was sent. */
  sent?: string;

  constructor(reason: WireFailure, message: string) {
    super(message);
    this.reason = reason;
  }
}

type WireFailure =
  | "no connection"
  | "certificate"
  | "TLS"
  | "closed"
  | "reset"
  | "timeout"
  | "stray"
  | "too long"
  | "not HTTP";

const sentences: Record<string, (host: string) => string> = {
  ECONNREFUSED: (host) => `nothing listens at ${host}`,
  ENOTFOUND: (host) => `no host has the name ${host}`,
  EAI_AGAIN: (host) => `the name ${host} could not be looked up`,
  EHOSTUNREACH: (host) => `no route to ${host}`,
  ENETUNREACH: (host) => `no route to ${host}`,
  ETIMEDOUT: (host) => `no connection to ${host} in time`,
};

/** Explains an error of a socket that is not connected yet. */
export function connectionError(error: Error & { code?: string; reason?: string }, host: string): WireError {
  // OpenSSL's message contains source files and lines. Its reason is readable.
  const { code = "", message, reason = message } = error;
  const sentence = sentences[code];
  if (sentence) return new WireError("no connection", sentence(host));
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code))
    return new WireError("certificate", `the certificate of ${host} cannot be trusted (${message})`);
  if (/WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST/.test(code))
    return new WireError("TLS", `${host} does not speak TLS (is it http:// there?)`);
  if (code === "ECONNRESET") return new WireError("reset", `${host} reset the connection before it was made`);
  if (/no application protocol/.test(reason))
    return new WireError("TLS", `${host} speaks no HTTP/1.1 over TLS (HTTP/2 alone?)`);
  if (/SSL|TLS|EPROTO/.test(code))
    return new WireError("TLS", `TLS with ${host} failed (${firstLine(reason)})`);
  return new WireError("no connection", `no connection to ${host} (${firstLine(message)})`);
}

const firstLine = (text: string) => text.trim().split("\n", 1)[0]!;
