export type {
  Expectation,
  Latitude,
  Level,
  Line,
  Outcome,
  Policy,
  Row,
  RowRequest,
  State,
} from "./row.ts";
export { representation } from "./rows/representation.ts";
export { rows } from "./rows/table.ts";
export type { Reply, Speaker } from "./run/asker.ts";
export { check, type RunOptions, run } from "./run.ts";
export type { ControlledTarget, FetchLike, Target } from "./target.ts";
export type { Result, Verdict } from "./verdict.ts";
export type { Answer } from "./wire/answer.ts";
export { type Ask, type Connection, connectTo, type WireOptions } from "./wire/connection.ts";
