import type { Row, State } from "./row.ts";

/** A server in this process: a function that takes a request and returns a response. */
export type FetchLike = (request: Request) => Response | Promise<Response>;

/**
 * The server under test. A url or a `fetch`-like function is only read, and its own validators are used. Rows that
 * need another state are "could not be set up". A `ControlledTarget` can be given every state.
 */
export type Target = string | URL | FetchLike | ControlledTarget;

/**
 * A server whose state can be set. This is the whole control interface.
 *
 * For each row, `set` is called once, and then the row's request is sent to the path that it returned. After a write
 * that must change nothing, the path is read again, or `runs` is called.
 */
export interface ControlledTarget {
  /** The url of the server, or the function that answers its requests. */
  at: string | URL | FetchLike;
  /**
   * Creates a resource with this state (`null`: no resource) and with the settings of `row.policy`, and returns its
   * path. Return `undefined` if this server cannot have such a state.
   */
  set(state: State | null, row: Row): string | undefined | Promise<string | undefined>;
  /** How often the handler of the path ran since `set`. */
  runs?(path: string): number | Promise<number>;
  /** Closes the server. */
  close?(): unknown;
}

export function isControlled(target: Target): target is ControlledTarget {
  return typeof target === "object" && "set" in target;
}
