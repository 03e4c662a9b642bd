import type { Fetch } from "@entity-tag/client";
import type { Handler } from "../served.ts";

/** The stage of a story: it has servers on real sockets, and shows the requests of each person. */
export interface Stage {
  /** True when requests carry their conditions. Without them, the story shows lost edits. */
  hasConditions: boolean;
  /** A sentence of the story. */
  tell(sentence: string): void;
  /** Starts a server, and gives its origin. */
  serve(handler: Handler): Promise<string>;
  /** A `fetch` whose requests are shown as this person's. */
  fetchOf(person: string): Fetch;
}

/** How a story ended. */
export interface Ending {
  /** The stored value in the end, for a person to read. */
  stored: unknown;
  /** The changes that are missing from it, although their authors were told that they were saved. */
  lost: string[];
}

export interface Story {
  title: string;
  play(stage: Stage): Promise<Ending>;
}
