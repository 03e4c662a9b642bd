/** The members of a request that are used: those of node:http, node:http2, Express, Connect and Polka fit. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly httpVersionMajor?: number | undefined;
  readonly headers: { [name: string]: string | string[] | undefined };
  readonly rawHeaders?: readonly string[] | undefined;
}

/** The members of a response that are used: those of node:http, node:http2, Express, Connect and Polka fit. */
export interface NodeResponse {
  statusCode: number;
  statusMessage?: string;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  getHeader(name: string): number | string | string[] | undefined;
  getHeaderNames(): string[];
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  appendHeader(name: string, value: string | readonly string[]): unknown;
  removeHeader(name: string): void;
  flushHeaders?: (() => void) | undefined;
  writeHead(status: number, phrase?: unknown, fields?: unknown): unknown;
  write(chunk: unknown, encoding?: unknown, callback?: unknown): boolean;
  end(body?: unknown, encoding?: unknown, callback?: unknown): unknown;
  writeContinue?: unknown;
  writeEarlyHints?: unknown;
  emit(event: string, ...args: unknown[]): boolean;
  on(event: string, listener: () => void): unknown;
  once(event: string, listener: () => void): unknown;
  listenerCount(event: string): number;
  // biome-ignore lint/complexity/noBannedTypes: Node's own type of a listener.
  rawListeners(event: string): Function[];
  destroy(error?: Error): unknown;
  readonly destroyed?: boolean | undefined;
  /** Over HTTP/1: false for a client that does not know content in chunks. */
  readonly useChunkedEncodingByDefault?: boolean | undefined;
  /** Over HTTP/2. */
  readonly stream?: { readonly destroyed?: boolean } | undefined;
}

/** A field of an answer, as text. */
export function text(res: NodeResponse, name: string): string | undefined {
  return res.getHeader(name)?.toString();
}

/**
 * The fields of the request. Checks that a call got Node's request and response in this order. Otherwise no condition
 * would be found.
 *
 * @throws {TypeError} that says what to give
 */
export function checkMessages(req: NodeRequest, res: NodeResponse, call: string): NodeRequest["headers"] {
  const headers = req?.headers;
  const fits =
    headers !== undefined && typeof headers.get !== "function" && typeof res?.setHeader === "function";
  if (!fits) throw wrongMessages(req, call);
  return headers;
}

/** Separate, so that the check, which runs for every request, is short enough to be inlined. */
function wrongMessages(req: NodeRequest, call: string): TypeError {
  const isSwapped = typeof (req as { setHeader?: unknown } | undefined)?.setHeader === "function";
  const use = isSwapped
    ? "they are swapped"
    : typeof req?.headers?.get === "function"
      ? "a Request with `Headers` is for @entity-tag/core/fetch"
      : "use `request.raw` and `reply.raw` of Fastify, `ctx.req` and `ctx.res` of Koa, or their own packages";
  return new TypeError(`${call} needs the request and the response of Node: ${use}`);
}
