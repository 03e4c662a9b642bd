import type { Asked } from "./asked.ts";
import { attempt } from "./attempt.ts";
import { isAcrossOrigins } from "./browser.ts";
import { conditionFor, selectedBy } from "./condition.ts";
import type { Forwarded } from "./event.ts";
import type { Serve } from "./flights.ts";
import type { Place } from "./keeping.ts";
import { received } from "./received.ts";
import { freshenByHead, revalidated } from "./revalidated.ts";
import { pass, send } from "./send.ts";
import type { Settings } from "./settings.ts";
import { unasked } from "./unasked.ts";
import { selected } from "./variant.ts";

/** One exchange with the server, or none: from what is kept to an answer for each caller. */
export async function exchange(
  asked: Asked,
  place: Place,
  settings: Settings,
  signal: AbortSignal | undefined,
  isJoined: () => boolean,
): Promise<Serve> {
  const { url, method, cache } = asked;
  const { store } = settings;
  const kept = await attempt(settings, asked, () => store.read(url, place.group), []);
  const chosen = await selected(kept, asked.headers, settings);
  const used = unasked(asked, chosen, settings);
  if (used) return used;

  const missed: Forwarded = kept.length > 0 ? "vary-miss" : "uri-miss";
  const fwd = cache === "reload" ? "request" : chosen ? "stale" : missed;
  const condition = method === "HEAD" || cache === "reload" ? undefined : conditionFor(kept, chosen);
  const hand = async (response: Response, detail?: string) =>
    Object.assign(await received(response, asked, place, settings, fwd, isJoined, detail), { fwd });
  if (!condition) {
    const response = await send(settings, asked, signal);
    if (method === "HEAD") await freshenByHead(response, chosen, asked, place, settings);
    noteHiddenTag(response, asked, settings);
    return hand(response);
  }

  let answer: Response;
  try {
    answer = await send(settings, asked, signal, condition);
  } catch (error) {
    // A browser that was not allowed to ask shows that as any other failure.
    if (signal?.aborted || !isAcrossOrigins(url)) throw error;
    settings.unasked.add(new URL(url).origin);
    return hand(await pass(settings, asked, signal), "a condition needs the server's leave (CORS)");
  }
  if (answer.status !== 304) return hand(answer);
  // A 304 has no content, but a connection is free only when its end has been read.
  if (answer.body) await answer.body.cancel();
  const stored = selectedBy(answer, condition);
  if (stored) return Object.assign(await revalidated(answer, stored, asked, place, settings, fwd), { fwd });
  // RFC 9111 §4.3.4: it selects nothing here. What it was asked about is not what the server has.
  const forget = () =>
    Promise.all(condition.about.map(({ group, variant }) => store.remove(url, group, variant)));
  await attempt(settings, asked, forget, []);
  return hand(await send(settings, asked, signal), "a 304 was about an answer that is not kept");
}

/** Across origins a server shows its tags only where it says so. Then the browser's own cache does better. */
function noteHiddenTag({ type, headers, ok }: Response, { url }: Asked, { unasked }: Settings): void {
  if (type === "cors" && ok && isAcrossOrigins(url) && !headers.has("ETag") && !headers.has("Last-Modified"))
    unasked.add(url);
}
