import type { StoredResponse } from "../response-store.ts";
import { answerOf } from "./answer.ts";
import { hasDirective } from "./cache-control.ts";
import { fieldOf } from "./condition.ts";
import type { FetchCall } from "./fetch-call.ts";
import type { Serve } from "./flights.ts";
import { type Asked, report } from "./report.ts";
import type { Settings } from "./settings.ts";

/**
 * The kept answer, without a request, where freshness or the caller allows it; `undefined` when the server must be
 * asked.
 *
 * @throws {TypeError} as `fetch` does, when the caller wants a kept answer and there is none
 */
export function answerWithoutAsking(asked: Asked, kept: StoredResponse | undefined): Serve | undefined {
  const { call, settings } = asked;
  const { cache, method, url } = call;
  const age = kept && ageOf(call, kept, settings);
  if (kept && age !== undefined) {
    report(asked, {});
    return () => answerOf(kept, method, false, [["age", String(age)]]);
  }
  if (cache === "only-if-cached")
    throw new TypeError(`Cannot answer for ${url} without asking: nothing is kept`);
  if (!hasDirective(call.headers, "only-if-cached")) return;
  report(asked, { fwd: "bypass", detail: "only-if-cached, and nothing fresh is kept" });
  // RFC 9111 §5.2.1.7
  return () => new Response(null, { status: 504, statusText: "Gateway Timeout" });
}

function ageOf({ cache, headers }: FetchCall, kept: StoredResponse, { fresh }: Settings): number | undefined {
  if (cache === "force-cache" || cache === "only-if-cached") return ageNow(kept);
  // A redirect has a freshness of its own, which `fetch` does not show.
  if (!fresh || kept.stale || kept.redirected || cache === "no-cache" || cache === "reload") return;
  return fresh.ageIfFresh(headers, kept);
}

function ageNow(kept: StoredResponse): number {
  const before = Number.parseInt(fieldOf(kept, "age") ?? "0", 10) || 0;
  return before + Math.max(0, Math.floor((Date.now() - kept.time) / 1000));
}
