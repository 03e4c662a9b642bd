import type { StoredResponse } from "../response-store.ts";
import { hidesCookies, isAcrossOrigins } from "./browser.ts";
import type { Forwarded } from "./cache-event.ts";
import { conditionFor, selectedBy } from "./condition.ts";
import { deliver } from "./deliver.ts";
import type { Outcome } from "./flights.ts";
import { removeOwed } from "./forget.ts";
import { hasValidator, type Read } from "./keeping.ts";
import { freshenByHead, revalidated } from "./revalidated.ts";
import { send } from "./send.ts";
import type { Settings } from "./settings.ts";
import { checkedAnswers, tryStore } from "./try-store.ts";
import { selected } from "./variant.ts";
import { answerWithoutAsking } from "./without-asking.ts";

/** If `Vary` names a field that each request has another value of, the answers to one url must not pile up. */
const MOST_VARIANTS = 50;

/** Answers a read: from kept answers alone, or after an exchange with the server. */
export async function answerRead(
  read: Read,
  signal: AbortSignal | undefined,
  isJoined: () => boolean,
): Promise<Outcome> {
  const { call, settings } = read;
  const { url, method, cache } = call;
  const { store } = settings;
  const kept = await tryStore(read, () => keptFor(read), []);
  const chosen = kept.length > 0 ? await selected(kept, call.headers, settings) : undefined;
  const serve = answerWithoutAsking(read, chosen);
  if (serve) return { serve };

  if (!chosen && kept.length >= MOST_VARIANTS)
    await tryStore(read, () => store.remove(url, read.group, kept[0]!.variant), undefined);
  const missed: Forwarded = kept.length > 0 ? "vary-miss" : "uri-miss";
  const fwd = cache === "reload" ? "request" : chosen ? "stale" : missed;
  const condition = method === "HEAD" || cache === "reload" ? undefined : conditionFor(kept, chosen);
  const hand = async (response: Response, detail?: string): Promise<Outcome> => ({
    serve: await deliver(read, response, fwd, chosen, isJoined, detail),
    fwd,
  });
  if (!condition) {
    const response = await send(settings, call, signal);
    if (method === "HEAD") await freshenByHead(read, response, chosen);
    // The browser's own cache can see a validator that the page is not shown.
    if (response.type === "cors" && response.ok && isAcrossOrigins(url) && !hasValidator(response.headers))
      noteUnconditional(url, settings);
    return hand(response);
  }

  const answer = await send(settings, call, signal, condition).catch((error) => {
    if (signal?.aborted || !hidesCookies()) throw error;
    // When CORS forbids the request, a browser shows the same failure as for a lost connection. CORS also applies to a
    // url of this origin that redirects to another one.
    return undefined;
  });
  if (answer && answer.status !== 304) return hand(answer);
  // A 304 has no content, but its end must be read before the connection is free.
  await answer?.body?.cancel();
  const stored = answer && selectedBy(answer, condition);
  if (stored) return { serve: await revalidated(read, answer, stored, fwd), fwd };
  const response = await send(settings, call, signal);
  if (!answer && isAcrossOrigins(url)) noteUnconditional(new URL(url).origin, settings);
  // RFC 9111 §4.3.4: the 304 selects no kept answer, so the kept answers are out of date. Remove them.
  const forget = () =>
    Promise.all(condition.about.map(({ group, variant }) => store.remove(url, group, variant)));
  await tryStore(read, forget, []);
  const why = answer ? "a 304 was about an answer that is not kept" : "the server allows no condition (CORS)";
  return hand(response, why);
}

async function keptFor(read: Read): Promise<readonly StoredResponse[]> {
  const { call, settings, group, forgotten } = read;
  if (forgotten.unremoved.has(call.url)) await removeOwed(call.url, read);
  const { url } = call;
  const { store } = settings;
  try {
    return checkedAnswers(await store.read(url, group), { url, group });
  } catch (error) {
    // An answer that cannot be read would fail each later read, too, and no newer one would be kept. Another error, such
    // as that of a locked database, says nothing about the answer.
    const isUnreadable = /^(Syntax|Type|URI|InvalidCharacter)Error$/.test((error as Error).name);
    if (isUnreadable) await store.remove(url).catch(() => {});
    throw error;
  }
}

/** Remembers a url or an origin that allows no condition. If the entry is dropped, one more request finds it again. */
function noteUnconditional(urlOrOrigin: string, { unconditional }: Settings): void {
  if (unconditional.size >= 1000) unconditional.clear();
  unconditional.add(urlOrOrigin);
}
