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
