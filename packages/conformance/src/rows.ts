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
