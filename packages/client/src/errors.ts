import type { Snapshot } from "./update/snapshot.ts";

/** A problem document, as a server sent it. @see RFC 9457 §3.1 */
export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  instance?: string;
  [member: string]: unknown;
}

/**
 * A registered symbol, because a program may load two copies of this package: one by `import`, the other by `require`.
 */
const KIND = /* @__PURE__ */ Symbol.for("@entity-tag/client/error");

/**
 * `instanceof` holds for the same error of another copy, too. Each message says what to do next, and that is worth its
 * size (decision 6).
 */
class ClientError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    Object.defineProperty(this, KIND, { get: (): unknown => (this as { code?: string }).code });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: it is the class that is asked about, not this one
    return isInstance(this as object, value);
  }
}

/** A subclass of a user has no code of its own, and is asked as usual. */
function isInstance(one: object & { code?: string }, value: unknown): boolean {
  if (!Object.hasOwn(one, "code")) return Function.prototype[Symbol.hasInstance].call(one, value);
  return (value as { [KIND]?: unknown } | null | undefined)?.[KIND] === one.code;
}

/**
 * Somebody else changed the resource before each of your writes, so none of them was made.
 *
 * `base` is the value that you started from, and `mine` what your recipe first made of it. `latest` is the newest value
 * that was read since, and `snapshot` is that value with its tag, so that you can write on top of it. They are
 * `undefined` if the last permitted write was refused before a newer value was read: no further request is sent to read
 * it.
 *
 * @example
 * const error = new ConflictError({ url: "/pages/home", attempts: 1, base: "a", mine: "b" });
 * error instanceof ConflictError; // true
 * error.mine; // "b"
 * @see RFC 9110 §13.1.1
 */
export class ConflictError<T = unknown> extends ClientError {
  static readonly code = "ENTITY_TAG_CONFLICT";
  readonly code = "ENTITY_TAG_CONFLICT";
  override readonly name = "ConflictError";
  readonly url: string;
  readonly attempts: number;
  readonly base: T;
  readonly mine: T | undefined;
  readonly latest: T | undefined;
  readonly snapshot: Snapshot<T> | undefined;

  constructor(it: {
    url: string;
    attempts: number;
    base: T;
    mine?: T | undefined;
    snapshot?: Snapshot<T> | undefined;
  }) {
    super(
      `${it.url} was changed by somebody else: ${it.attempts} of ${it.attempts} writes refused, nothing written. ` +
        "Merge error.mine into what is there now, or allow more with maxAttempts",
    );
    this.url = it.url;
    this.attempts = it.attempts;
    this.base = it.base;
    this.mine = it.mine;
    this.snapshot = it.snapshot;
    this.latest = it.snapshot?.value;
  }
}

/**
 * The server gave no tag, so that a write could not be made conditional: nothing was sent.
 *
 * @example
 * new MissingValidatorError("/pages/home").name; // "MissingValidatorError"
 * @see RFC 9110 §8.8.3
 */
export class MissingValidatorError extends ClientError {
  static readonly code = "ENTITY_TAG_MISSING_VALIDATOR";
  readonly code = "ENTITY_TAG_MISSING_VALIDATOR";
  override readonly name = "MissingValidatorError";
  readonly url: string;

  constructor(url: string) {
    super(
      `No tag is known for ${url}, so nothing was written. If the tag is in the body, give a dialect; ` +
        "across origins, let the server send Access-Control-Expose-Headers: ETag; after a write without a tag, read again",
    );
    this.url = url;
  }
}

/**
 * The server refused, twice, a tag that it had just sent. So it would never accept that tag.
 *
 * @example
 * new UnusableValidatorError("/pages/home", 'W/"v1"').etag; // 'W/"v1"'
 * @see RFC 9110 §8.8.1
 */
export class UnusableValidatorError extends ClientError {
  static readonly code = "ENTITY_TAG_UNUSABLE_VALIDATOR";
  readonly code = "ENTITY_TAG_UNUSABLE_VALIDATOR";
  override readonly name = "UnusableValidatorError";
  readonly url: string;
  readonly etag: string;

  constructor(url: string, etag: string) {
    super(
      `${url} refused ${etag} twice, though a fresh read had just given it. Nothing was written. Either a proxy or a compressor ` +
        'changes tags on the way (W/"v1" or "v1-gzip" for "v1": try headers { "Accept-Encoding": "identity" }), ' +
        "or this is the tag of a projection or another variant: read the whole resource",
    );
    this.url = url;
    this.etag = etag;
  }
}

/**
 * The answer to a write was lost, and its outcome is unknown. It was not sent again, because that could apply it
 * twice.
 *
 * `sent` is the value that was sent, `latest` is the current value if it could be read, and `cause` says how the answer
 * was lost.
 *
 * @example
 * new AmbiguousWriteError({ url: "/counter", attempts: 1, sent: 2, latest: 5 }).latest; // 5
 * @see RFC 9110 §9.2.2
 */
export class AmbiguousWriteError<T = unknown> extends ClientError {
  static readonly code = "ENTITY_TAG_AMBIGUOUS_WRITE";
  readonly code = "ENTITY_TAG_AMBIGUOUS_WRITE";
  override readonly name = "AmbiguousWriteError";
  readonly url: string;
  readonly attempts: number;
  readonly sent: T | undefined;
  readonly latest: T | undefined;

  constructor(it: {
    url: string;
    attempts: number;
    sent?: T | undefined;
    latest?: T | undefined;
    cause?: unknown;
  }) {
    super(
      `The answer to a write of ${it.url} was lost, and it may have been made. Compare error.sent with error.latest. ` +
        "To have such writes recognised, use stamped(), wasApplied, or idempotencyKey with a server that keeps a ledger",
      { cause: it.cause },
    );
    this.url = it.url;
    this.attempts = it.attempts;
    this.sent = it.sent;
    this.latest = it.latest;
  }
}

/**
 * A value exists already, so nothing was created.
 *
 * @example
 * new AlreadyExistsError("/pages/home").url; // "/pages/home"
 * @see RFC 9110 §13.1.2
 */
export class AlreadyExistsError extends ClientError {
  static readonly code = "ENTITY_TAG_ALREADY_EXISTS";
  readonly code = "ENTITY_TAG_ALREADY_EXISTS";
  override readonly name = "AlreadyExistsError";
  readonly url: string;

  constructor(url: string) {
    super(`${url} exists already, and nothing was changed there. To change it, use update()`);
    this.url = url;
  }
}

/**
 * Any other answer: no permission, a change that the server's own rules refuse, a fault.
 *
 * `problem` is the problem document of the answer, if there is one. `response` can still be read.
 *
 * @example
 * const error = new HttpError(new Response(null, { status: 422 }), "PUT", "/pages/home", { title: "Too long" });
 * error.status; // 422
 * error.problem?.title; // "Too long"
 * @see RFC 9457 §3
 */
export class HttpError extends ClientError {
  static readonly code = "ENTITY_TAG_HTTP";
  readonly code = "ENTITY_TAG_HTTP";
  override readonly name = "HttpError";
  readonly url: string;
  readonly status: number;
  readonly response: Response;
  readonly problem: ProblemDocument | undefined;

  constructor(response: Response, method: string, url: string, problem?: ProblemDocument, cause?: unknown) {
    const said = [problem?.title, problem?.detail].filter((text) => typeof text === "string").join(": ");
    super(
      `${method} ${url} was answered ${response.status}${said && ` ${said}`}${reasonOf(response, method, cause)}`,
      {
        cause,
      },
    );
    this.url = url;
    this.status = response.status;
    this.response = response;
    this.problem = problem;
  }
}

function reasonOf(response: Response, method: string, cause: unknown): string {
  if (cause !== undefined) return ", but its content is not JSON. Give a decode for another form";
  const redirected = response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
  return redirected && method !== "GET"
    ? `, a redirect${to(response)}. A write does not follow it: give the url where it leads`
    : "";
}

function to(response: Response): string {
  const location = response.headers.get("Location");
  return location === null ? "" : ` to ${location}`;
}
