import { HttpError } from "../errors.ts";
import { says } from "./dialect.ts";
import type { Job } from "./job.ts";
import { retryAfter } from "./waiting.ts";

/** How long to wait before the read is tried again; `undefined` if another try would fail, too. */
export function waitAfter<T>(
  { dialect, backoff }: Job<T>,
  url: string,
  error: unknown,
  asked: number,
): number | undefined {
  if (!(error instanceof HttpError)) return isMistake(url, error) ? undefined : backoff(asked);
  const { response, status } = error;
  if (says(dialect.again, response)) return retryAfter(response) ?? backoff(asked);
  return status === 502 || status === 504 ? backoff(asked) : undefined;
}

/** True for a url or an option that `fetch` cannot use, because another try would fail, too. */
function isMistake(url: string, error: unknown): boolean {
  // No `instanceof TypeError`: Jest gives each test file its own `TypeError`, and `fetch` throws the original one.
  const { name, message, cause } = error as Error & { cause?: Error };
  if (name !== "TypeError") return false;
  const isFinal = /^(bad port|unknown scheme|redirect count exceeded)$/.test(cause?.message ?? "");
  return isFinal || /^Cannot /.test(message) || isUnsendable(url, error);
}

/**
 * Whether `fetch` refused the url before it sent anything. It did if `new Request` fails with the same message, or if
 * the message is the one of Bun's `fetch`.
 */
export function isUnsendable(url: string, error: unknown): boolean {
  try {
    new Request(url);
    return false;
  } catch (refusal) {
    return [(refusal as Error).message, "fetch() URL is invalid"].includes((error as Error)?.message);
  }
}

/** A clearer error for a relative url outside of a page; otherwise the error itself. */
export function clearer(url: string, error: unknown): unknown {
  if (!isUnsendable(url, error) || URL.canParse(url, globalThis.location?.href)) return error;
  return new TypeError(`Cannot use ${JSON.stringify(url)} as a url: give an absolute one`, { cause: error });
}
