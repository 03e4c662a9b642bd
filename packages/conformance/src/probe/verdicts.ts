import { visible } from "../report/octets.ts";
import type { Verdict } from "../verdict.ts";
import { WireError } from "../wire/wire-error.ts";
import { CannotRun } from "./known.ts";
import { OutOfRequests } from "./session.ts";

/** The doubt about a wrong answer when a cache or proxy is in front of the server. */
export function standsBefore(intermediary: string | undefined): string | undefined {
  return intermediary === undefined
    ? undefined
    : `Something stands before the server (${intermediary}) and may have answered in its place: ask the server itself`;
}

/** A MUST that is broken fails. Everything else is a warning. */
export const verdictOf = (level: string): Verdict => (level === "MUST" ? "fail" : "warning");

/** Begins with a capital letter and ends with a full stop. */
export function sentence(text: string): string {
  const shown = visible(text);
  const ended = /[.!?…]$/.test(shown) ? shown : `${shown}.`;
  return ended[0]!.toUpperCase() + ended.slice(1);
}

/** The server did not answer: one line says so. */
export async function orCannotRun<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof WireError || error instanceof OutOfRequests) throw new CannotRun(error.message);
    throw error;
  }
}
