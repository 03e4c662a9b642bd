import type { Happened } from "./cache-event.ts";
import type { FetchCall } from "./fetch-call.ts";
import type { Settings } from "./settings.ts";

/** A request and its settings. */
export interface Asked {
  call: FetchCall;
  settings: Settings;
  /** True after the store has failed. */
  isWithoutStore?: boolean;
}

/**
 * Calls the listener. An event without `fwd` is a hit. If the listener throws, the caller does not get the answer, so
 * its body is cancelled to free the connection.
 */
export function report({ call, settings }: Asked, happened: Happened, answer?: Response): void {
  const { onEvent } = settings;
  if (!onEvent) return;
  const { url, method } = call;
  const { fwd, fwdStatus, stored, collapsed, detail } = happened;
  const words = [
    fwd ? `fwd=${fwd}` : "hit",
    fwdStatus && `fwd-status=${fwdStatus}`,
    stored && "stored",
    collapsed && "collapsed",
    detail && `detail=${JSON.stringify(detail)}`,
  ];
  try {
    onEvent({ url, method, hit: !fwd, ...happened, text: words.filter(Boolean).join("; ") });
  } catch (error) {
    answer?.body?.cancel().catch(() => {});
    throw error;
  }
}
