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
export { representation, rows } from "./rows/table.ts";
export { run } from "./run.ts";
export type { ControlledTarget, FetchLike, Target } from "./target.ts";
export type { Result, Verdict } from "./verdict.ts";
