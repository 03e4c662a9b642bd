export { answer, notModified, preconditionFailed, preconditionRequired } from "./answer.ts";
export { type ConditionalOptions, conditional } from "./conditional.ts";
export { isMisread, isRangeRefused } from "./misread.ts";
export { explain, type Problem } from "./problem.ts";
export { type ContentTagging, madeTag, mayBeTagged } from "./tagging.ts";
