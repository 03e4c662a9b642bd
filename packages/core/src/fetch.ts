export {
  answer,
  notModified,
  preconditionFailed,
  preconditionRequired,
  type Settled,
  settle,
  staysIn,
} from "./answer.ts";
export { type ConditionalOptions, conditional } from "./conditional.ts";
export { type Compressor, inForms, uncodedTag } from "./forms.ts";
export { asksByDate, isMisread, isRangeRefused } from "./misread.ts";
export { checkedOptions } from "./options.ts";
export { explain, type Problem } from "./problem.ts";
export { type ContentTagging, madeTag, mayBeTagged } from "./tagging.ts";
