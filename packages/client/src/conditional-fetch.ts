import { unlessAborted } from "./fetch/abort.ts";
import { answerRead } from "./fetch/answer-read.ts";
import { bypassReason } from "./fetch/bypass.ts";
import { digest } from "./fetch/digest.ts";
import { type FetchCall, fetchCallOf, withContent } from "./fetch/fetch-call.ts";
import { newFlights } from "./fetch/flights.ts";
import { forget, type Memory, sendUnsafe } from "./fetch/forget.ts";
import { forgottenIn } from "./fetch/forgotten.ts";
import { givenPartition, groupOf } from "./fetch/partition.ts";
import { report } from "./fetch/report.ts";
import { pass, READS } from "./fetch/send.ts";
import { type ConditionalFetchOptions, settingsOf } from "./fetch/settings.ts";
import type { Fetch } from "./fetch.ts";

export { isNotModified } from "./fetch/answer.ts";
export type { CacheEvent } from "./fetch/cache-event.ts";
export type { ConditionalFetchOptions } from "./fetch/settings.ts";

/** A {@link Fetch} that keeps answers. */
export interface ConditionalFetch extends Fetch {
  /**
   * Removes what is kept under this url, for all users. Answers to requests that are under way are not kept either.
   */
  forget(input: Parameters<Fetch>[0]): Promise<void>;
}

const OTHER_SAFE = ["OPTIONS", "TRACE"];

/**
 * A `fetch` that keeps answers and asks whether they are still good: a 304 comes back as the kept 200.
 *
 * It asks each time, unless `fresh` says otherwise. Requests with different `Authorization`, `Cookie` or other
 * credentials never share a kept answer. If the caller gave the request a condition or a `Range`, it gets the server's
 * own answer, and the store is not used.
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
  const { fetch } = settings;
  const memory: Memory = { settings, flights: newFlights(), forgotten: forgottenIn(settings.store) };

  async function conditional(...[input, init]: Parameters<Fetch>): Promise<Response> {
    const call = fetchCallOf(input, init);
    if (!call) return fetch(input, init);
    if (!READS.includes(call.method))
      return OTHER_SAFE.includes(call.method) ? pass(settings, call) : sendUnsafe(call, memory);
    const reason = bypassReason(call, settings);
    if (reason) return bypass(call, reason);
    const { signal } = call;
    const given =
      settings.partition && (await unlessAborted(signal, givenPartition(call, settings.partition)));
    if (given === null) return bypass(call, "the partition keeps nothing");
    const whole = call.method === "QUERY" ? await unlessAborted(signal, withContent(call)) : call;
    if (whole.content && whole.content.length > settings.maxEntryBytes)
      return bypass(whole, "the content is too long");
    const group = groupOf(whole, given);
    // A store that persists never sees a credential.
    return read(whole, settings.store.persists ? await digest(group) : group);
  }

  async function bypass(call: FetchCall, detail: string): Promise<Response> {
    const response = await pass(settings, call);
    report({ call, settings }, { fwd: "bypass", fwdStatus: response.status, detail }, response);
    return response;
  }

  function read(call: FetchCall, group: string): Promise<Response> {
    const { url, method, mode, cache, credentials, fields, signal } = call;
    // No part can contain a line break, so no two requests have the same key by accident.
    const key = [url, method, mode, cache, credentials, group, ...fields].join("\n");
    const { flights, forgotten } = memory;
    return flights.join(
      { key, url, signal },
      (signal, isJoined) =>
        answerRead(
          { call, settings, group, time: Date.now(), since: forgotten.now(), forgotten },
          signal,
          isJoined,
        ),
      (response, fwd) => report({ call, settings }, { ...(fwd && { fwd }), collapsed: true }, response),
    );
  }

  return Object.assign(conditional, {
    async forget(input: Parameters<Fetch>[0]) {
      const url = fetchCallOf(input)?.url;
      if (url === undefined) throw new TypeError(`Cannot forget ${String(input)}: use a url`);
      await forget([url], memory);
    },
  });
}
