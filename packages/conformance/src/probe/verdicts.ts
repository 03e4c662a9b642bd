import { visible } from "../report/octets.ts";
import type { Verdict } from "../verdict.ts";
import { WireError } from "../wire/wire-error.ts";
import { OutOfRequests } from "./budget.ts";
import { CannotRun } from "./known.ts";

/** The finding for a wrong answer when a cache or proxy is in front of the server. */
export function standsBefore(intermediary: string | undefined): string | undefined {
  return intermediary === undefined
    ? undefined
    : `A cache or proxy is in front of the server (${intermediary}) and may have answered in its place: probe the server itself`;
}

/** A broken MUST is a failure. Every other mistake is a warning. */
export const verdictOf = (level: string): Verdict => (level === "MUST" ? "fail" : "warning");

/** Makes a text begin with a capital letter and end with a full stop. */
export function sentence(text: string): string {
  const shown = visible(text);
  const ended = /[.!?…]$/.test(shown) ? shown : `${shown}.`;
  return ended[0]!.toUpperCase() + ended.slice(1);
}

/** The sentence for a server that did not answer. */
export async function orCannotRun<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof WireError || error instanceof OutOfRequests) throw new CannotRun(error.message);
    throw error;
  }
}
