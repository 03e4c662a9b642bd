import { story as calendar } from "./stories/calendar.ts";
import { story as mdn } from "./stories/mdn.ts";
import { story as oracleHcm } from "./stories/oracle-hcm.ts";
import type { Story } from "./stories/stage.ts";
import { story as tririga } from "./stories/tririga.ts";

export { type Played, type PlayOptions, play } from "./stories/play.ts";
export type { Ending, Stage, Story } from "./stories/stage.ts";

/** The stories by the names of their systems. */
export const stories: Record<string, Story> = { tririga, mdn, calendar, "oracle-hcm": oracleHcm };
