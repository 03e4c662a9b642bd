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
 * The name of a registered symbol, because a program may load two copies of this package: by `import` and by
 * `require`.
 */
const KIND = "@entity-tag/client/error";

/**
 * `instanceof` also recognises the same error of another copy. Each message says what to do next, which is worth its
 * size (decision 6).
 */
class ClientError extends Error {
  declare static readonly code: string;
  declare readonly code: string;
  declare readonly url: string;

  constructor(message: string, members: object, options?: ErrorOptions) {
    super(message, options);
    const { code } = new.target;
    Object.assign(this, { code }, members);
    Object.defineProperty(this, Symbol.for(KIND), { value: code });
  }

  /** Makes `instanceof` true for an error of another copy of this package, too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the class on the right of `instanceof`
    return isInstance(this as object, value);
  }
}

/** A user's subclass has no code of its own, so `instanceof` works for it as usual. */
function isInstance(one: object & { code?: string }, value: unknown): boolean {
  if (!Object.hasOwn(one, "code")) return Function.prototype[Symbol.hasInstance].call(one, value);
  return (value as { [kind: symbol]: unknown } | null | undefined)?.[Symbol.for(KIND)] === one.code;
}

/**
 * Somebody else changed the resource before each of your writes, so no write was made.
 *
 * `base` is the value that you started from, and `mine` is the value that your recipe first made from it. `latest` is
 * the newest value that was read since, and `snapshot` is that value with its tag, so that you can write on top of it.
 * Both are `undefined` if no newer value was read. The last permitted write is not followed by a read, unless
 * `wasApplied` needs it.
 *
 * @example
 * const error = new ConflictError({ url: "/pages/home", attempts: 1, base: "a", mine: "b" });
 * error instanceof ConflictError; // true
 * error.mine; // "b"
 * @see RFC 9110 §13.1.1
 */
export class ConflictError<T = unknown> extends ClientError {
  static override readonly code = "ENTITY_TAG_CONFLICT";
  declare readonly code: "ENTITY_TAG_CONFLICT";
  override readonly name = "ConflictError";
  declare readonly attempts: number;
  declare readonly base: T;
  declare readonly mine: T | undefined;
  declare readonly latest: T | undefined;
  declare readonly snapshot: Snapshot<T> | undefined;

  constructor(members: {
    url: string;
    attempts: number;
    base: T;
    mine?: T | undefined;
    snapshot?: Snapshot<T> | undefined;
  }) {
    const { url, attempts, snapshot } = members;
    super(
      `${url} was changed by somebody else: ${attempts} of ${attempts} writes refused. ` +
        "Merge error.mine into the current value, or raise maxAttempts",
      { mine: undefined, snapshot, ...members, latest: snapshot?.value },
    );
  }
}

/**
 * The server gave no tag, so the write could not be made conditional. It was not sent.
 *
 * @example
 * new MissingValidatorError("/pages/home").name; // "MissingValidatorError"
 * @see RFC 9110 §8.8.3
 */
export class MissingValidatorError extends ClientError {
  static override readonly code = "ENTITY_TAG_MISSING_VALIDATOR";
  declare readonly code: "ENTITY_TAG_MISSING_VALIDATOR";
  override readonly name = "MissingValidatorError";

  constructor(url: string) {
    super(
      `No tag is known for ${url}, so nothing was written. If the tag is in the body, give a dialect. ` +
        "Across origins, the server must expose ETag. If a write returned no tag, read again",
      { url },
    );
  }
}

/**
 * The server sent a tag, and refused it twice. It would refuse it again.
 *
 * @example
 * new UnusableValidatorError("/pages/home", 'W/"v1"').etag; // 'W/"v1"'
 * @see RFC 9110 §8.8.1
 */
export class UnusableValidatorError extends ClientError {
  static override readonly code = "ENTITY_TAG_UNUSABLE_VALIDATOR";
  declare readonly code: "ENTITY_TAG_UNUSABLE_VALIDATOR";
  override readonly name = "UnusableValidatorError";
  declare readonly etag: string;

  constructor(url: string, etag: string) {
    super(
      `${url} refused ${etag} twice, though a fresh read had just given it. Either a proxy or a compressor changes ` +
        'tags (try headers { "Accept-Encoding": "identity" }), or this is the tag of a projection or another variant: ' +
        "read the whole resource",
      { url, etag },
    );
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
  static override readonly code = "ENTITY_TAG_AMBIGUOUS_WRITE";
  declare readonly code: "ENTITY_TAG_AMBIGUOUS_WRITE";
  override readonly name = "AmbiguousWriteError";
  declare readonly attempts: number;
  declare readonly sent: T | undefined;
  declare readonly latest: T | undefined;

  constructor({
    cause,
    ...members
  }: {
    url: string;
    attempts: number;
    sent?: T | undefined;
    latest?: T | undefined;
    cause?: unknown;
  }) {
    super(
      `The answer to a write of ${members.url} was lost, so it may have been made. ` +
        "Compare error.sent with error.latest. stamped(), wasApplied, or a server with a ledger of keys can tell",
      members,
      { cause },
    );
  }
}

/**
 * The url already has a value, so nothing was created.
 *
 * @example
 * new AlreadyExistsError("/pages/home").url; // "/pages/home"
 * @see RFC 9110 §13.1.2
 */
export class AlreadyExistsError extends ClientError {
  static override readonly code = "ENTITY_TAG_ALREADY_EXISTS";
  declare readonly code: "ENTITY_TAG_ALREADY_EXISTS";
  override readonly name = "AlreadyExistsError";

  constructor(url: string) {
    super(`${url} exists already, and nothing was changed there. To change it, use update()`, { url });
  }
}

/**
 * An answer that this package cannot use: no permission, a change that the server's own rules refuse, a fault.
 *
 * `problem` is the problem document of the answer, if there is one. `response` can still be read, unless its content is
 * longer than 64 kB.
 *
 * @example
 * const error = new HttpError(new Response(null, { status: 422 }), "PUT", "/pages/home", { title: "Too long" });
 * error.status; // 422
 * error.problem?.title; // "Too long"
 * @see RFC 9457 §3
 */
export class HttpError extends ClientError {
  static override readonly code = "ENTITY_TAG_HTTP";
  declare readonly code: "ENTITY_TAG_HTTP";
  override readonly name = "HttpError";
  declare readonly status: number;
  declare readonly response: Response;
  declare readonly problem: ProblemDocument | undefined;

  constructor(response: Response, method: string, url: string, problem?: ProblemDocument, cause?: unknown) {
    const said = [problem?.title, problem?.detail].filter((text) => typeof text === "string").join(": ");
    super(
      `${method} ${url} was answered ${response.status}${said && ` ${said}`}${reasonOf(response, method, cause)}`,
      { url, status: response.status, response, problem },
      { cause },
    );
  }
}

function reasonOf(response: Response, method: string, cause: unknown): string {
  if (cause !== undefined) return ", but its content is not JSON. Give a decode for another form";
  const redirected =
    response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(response.status);
  return redirected && method !== "GET"
    ? `, a redirect${to(response)}. A write does not follow it: give the final url`
    : "";
}

function to(response: Response): string {
  const location = response.headers.get("Location");
  return location === null ? "" : ` to ${location}`;
}
