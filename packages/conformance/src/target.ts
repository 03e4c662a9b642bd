import type { Row, State } from "./row.ts";

/** A server that runs in this process: a request goes in, a response comes out. */
export type FetchLike = (request: Request) => Response | Promise<Response>;

/**
 * The server that is asked. A url or a `fetch`-like function is taken as it is: its validators are learnt, it is only read, and
 * rows that need another state could not be set up. A `ControlledTarget` has every state that it is told to have.
 */
export type Target = string | URL | FetchLike | ControlledTarget;

/**
 * A server whose state can be set: the whole control interface.
 *
 * For each row, `set` is called once, then the row's request is sent to the path that it returned. After a write that
 * must do nothing, the path is read again, or `runs` is asked.
 */
export interface ControlledTarget {
  /** Where the server listens, or the function that answers for it. */
  at: string | URL | FetchLike;
  /**
   * Puts a resource there that is as `state` says (`null`: nothing), under `row.policy`, and returns its path.
   * `undefined`: this server cannot have such a state.
   */
  set(state: State | null, row: Row): string | undefined | Promise<string | undefined>;
  /** How often the work behind the path was done since `set`. */
  runs?(path: string): number | Promise<number>;
  /** Ends what was started. */
  close?(): unknown;
}

export function isControlled(target: Target): target is ControlledTarget {
  return typeof target === "object" && "set" in target;
}
