export { acceptCodings, stateOfAnswer, withCodings } from "./accepted-codings.ts";
export { areFields } from "./check-preconditions.ts";
export {
  type Compressor,
  tagOfCodedAnswer,
  tagOfCoding,
  tagWithoutCoding,
  withCompressor,
} from "./compressor.ts";
export { CONDITIONAL_RULES, isResponse } from "./conditional.ts";
export { admitsCoding, CODINGS } from "./content-codings.ts";
export { decide } from "./evaluate.ts";
export { headersOf, type PlainHeaders } from "./headers-of.ts";
export { asksByDate, isRangeHidden, isRangeRefused, isUnsafeForSimpleChecks } from "./hidden-conditions.ts";
export { keepsInLateRefusal } from "./kept-fields.ts";
export {
  anyBoolean,
  anyFunction,
  type OptionRule,
  type OptionRules,
  oneOf,
  POLICY_RULES,
} from "./option-rules.ts";
export { CHECK_RULES, checkMethods, checkOptions, LATE_RULES } from "./options.ts";
export { explain, type Problem, type ProblemDocument, problemDocument } from "./problem.ts";
export {
  earlyResponse,
  type Fields,
  keepsFor,
  lateResponse,
  type PlainResponse,
  responseFor,
} from "./responses.ts";
export { checkedState, checkValidators } from "./state.ts";
export { type ContentTagging, DEFAULT_MAX_BYTES, isEventStream, madeTag, mayBeTagged } from "./tagging.ts";
export { discardBody } from "./touched-body.ts";
export { lastModifiedUpToNow } from "./validator-fields.ts";
export { withAcceptEncoding } from "./vary.ts";
