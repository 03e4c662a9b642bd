export {
  type CheckOptions,
  checkPreconditions,
  notModified,
  preconditionFailed,
  preconditionRequired,
} from "./check-preconditions.ts";
export { type ConditionalOptions, conditional } from "./conditional.ts";
