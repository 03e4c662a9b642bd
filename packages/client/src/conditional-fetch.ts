import { type Asked, askedOf, withContent } from "./fetch/asked.ts";
import { bypassReason } from "./fetch/bypass.ts";
import { digest } from "./fetch/digest.ts";
import { report } from "./fetch/event.ts";
import { exchange } from "./fetch/exchange.ts";
import { newFlights } from "./fetch/flights.ts";
import { forget, type Memory, sendUnsafe } from "./fetch/forget.ts";
import { forgottenIn } from "./fetch/forgotten.ts";
import { givenPartition, groupOf } from "./fetch/partition.ts";
import { pass } from "./fetch/send.ts";
import { type ConditionalFetchOptions, settingsOf } from "./fetch/settings.ts";
import type { Fetch } from "./fetch.ts";

export { isNotModified } from "./fetch/answer.ts";
export type { CacheEvent } from "./fetch/event.ts";
export type { ConditionalFetchOptions } from "./fetch/settings.ts";

/** A {@link Fetch} that keeps answers. */
export interface ConditionalFetch extends Fetch {
  /**
   * Forgets what is kept under this url, for everybody. Answers to requests that are under way are not kept either.
   */
  forget(input: Parameters<Fetch>[0]): Promise<void>;
}

const READS = ["GET", "HEAD", "QUERY"];
const OTHER_SAFE = ["OPTIONS", "TRACE"];

/**
 * A `fetch` that keeps answers and asks whether they are still good: a 304 comes back as the kept 200.
 *
 * It asks each time, unless `fresh` says otherwise. What is kept is never shared between requests with another
 * `Authorization` or `Cookie`. A request with a condition or a `Range` of the caller's own gets the server's own answer,
 * and the store is left alone.
 *
 * @throws {TypeError} on an option that is unknown or not valid, and in a browser on a store that persists without
 * `partition`
 * @example
 * const remembering = conditionalFetch();
 * const page = await remembering("data:text/plain,Hello");
 * isNotModified(page); // false
 * @see RFC 9110 §13
 */
export function conditionalFetch(options: ConditionalFetchOptions = {}): ConditionalFetch {
  const settings = settingsOf(options);
  const memory: Memory = { settings, flights: newFlights(), forgotten: forgottenIn(settings.store) };

  async function conditional(...[input, init]: Parameters<Fetch>): Promise<Response> {
    const asked = askedOf(input, init);
    if (!asked) return settings.fetch(input, init);
    if (!READS.includes(asked.method))
      return OTHER_SAFE.includes(asked.method) ? pass(settings, asked) : sendUnsafe(asked, memory);
    const reason = bypassReason(asked, settings);
    if (reason) return bypass(asked, reason);
    const given = settings.partition && (await givenPartition(asked, settings.partition));
    if (given === null) return bypass(asked, "the partition keeps nothing");
    const whole = asked.method === "QUERY" ? await withContent(asked) : asked;
    if (whole.content && whole.content.length > settings.maxEntryBytes)
      return bypass(whole, "the content is too long");
    const group = groupOf(whole, given);
    // A store that persists never sees a credential.
    return read(whole, settings.store.persists ? await digest(group) : group);
  }

  async function bypass(asked: Asked, detail: string): Promise<Response> {
    const response = await pass(settings, asked);
    report(settings, asked, { fwd: "bypass", fwdStatus: response.status, detail });
    return response;
  }

  function read(asked: Asked, group: string): Promise<Response> {
    const { url, method, mode, cache, headers, signal } = asked;
    // No part can have a line break in it.
    const key = [url, method, mode, cache, group, ...headers].join("\n");
    const { flights, forgotten } = memory;
    return flights.join(
      { key, url, signal },
      (signal, isJoined) => {
        const place = { group, since: forgotten.now(), forgotten };
        return exchange(asked, place, settings, signal, isJoined);
      },
      (fwd) => report(settings, asked, { ...(fwd && { fwd }), collapsed: true }),
    );
  }

  return Object.assign(conditional, {
    async forget(input: Parameters<Fetch>[0]) {
      const url = askedOf(input)?.url;
      if (url === undefined) throw new TypeError(`Cannot forget ${String(input)}: use a url`);
      await forget([url], memory);
    },
  });
}
