import { parseDate } from "@entity-tag/core";
import CachePolicy from "http-cache-semantics";
import type { Answer, Freshness } from "./freshness.ts";
import type { StoredHead } from "./response-store.ts";

/**
 * Uses an answer without asking while it is fresh, as a private cache does.
 *
 * `Cache-Control`, `Expires`, `Age` and the request's own directives count. Without any of them an answer is fresh for
 * a tenth of the time since it was last modified.
 *
 * @throws {TypeError} on any option
 * @example
 * const remembering = conditionalFetch({ fresh: rfc9111() });
 * @see RFC 9111 §4.2
 */
export function rfc9111(...options: []): Freshness {
  if (options.length > 0)
    throw new TypeError("rfc9111() takes no options: it decides as a private cache does");
  return {
    mayKeep(asked, answer) {
      const policy = policyOf(asked, answer, Date.now());
      return policy.storable() && policy.timeToLive() > 0;
    },
    ageIfFresh(asked, stored) {
      // Another machine's clock is ahead, or this one was set back. So the age of the answer is not known.
      if (stored.time > Date.now()) return;
      const headers = new Headers(stored.headers as [string, string][]);
      const policy = policyOf(new Headers(), { status: stored.status, headers }, stored.time);
      // RFC 9111 §4.2.4: then not even the request's `max-stale` allows a stale answer.
      const mustAsk = policy.stale() && /no-cache|must-revalidate/i.test(headers.get("Cache-Control") ?? "");
      const isUsable = !mustAsk && policy.satisfiesWithoutRevalidation(requestOf(asked));
      return isUsable ? Math.floor(policy.age()) : undefined;
    },
  };
}

/** The library's policy for an answer that was received at this time. */
function policyOf(asked: Headers, { status, headers }: Answer, time: StoredHead["time"]): CachePolicy {
  const response = { status, headers: readable(headers, time) };
  // RFC 8246 §2: `immutable` makes no answer fresh for longer.
  const options = { shared: false, immutableMinTimeToLive: 0 };
  const policy = new CachePolicy(requestOf(asked), response, options);
  return CachePolicy.fromObject({ ...policy.toObject(), t: time });
}

/** The method, url and `Vary` have been compared already, so each policy gets the same ones. */
function requestOf(asked: Headers): { method: string; url: string; headers: Record<string, string> } {
  const headers: Record<string, string> = {};
  for (const name of ["cache-control", "pragma"]) {
    const value = asked.get(name);
    if (value !== null) headers[name] = value.toLowerCase();
  }
  return { method: "GET", url: "/", headers };
}

/**
 * The fields in the form that the library needs, because it reads directives only in small letters, and reads any text
 * as a date.
 */
function readable(headers: Headers, time: number): Record<string, string> {
  const { vary: _, ...fields } = Object.fromEntries(headers);
  const control = fields["cache-control"]?.toLowerCase();
  // RFC 9111 §4.2.1: the first of several values counts, but for the library the last one does. An answer with
  // `must-revalidate` may be used while it is fresh, but the library never uses it.
  if (control !== undefined)
    fields["cache-control"] = control.replaceAll("must-revalidate", "").split(",").reverse().join();
  // RFC 9111 §5.3: a value that is not a date counts as a time in the past.
  if (fields.expires !== undefined && parseDate(fields.expires) === undefined) fields.expires = "0";
  for (const name of ["date", "last-modified"])
    if (parseDate(fields[name]) === undefined) delete fields[name];
  // RFC 9111 §5.1: the first of several values counts, and a value that is not a whole number is ignored.
  const age = fields.age?.split(",", 1)[0]?.trim() ?? "";
  // RFC 9111 §4.2.3: a cache on the way may send no `Age`. Then the `Date` shows that the answer is older.
  const apparent = Math.floor((time - (parseDate(fields.date) ?? time)) / 1000);
  fields.age = String(Math.max(/^\d+$/.test(age) ? Number(age) : 0, apparent));
  return fields;
}
