export { answer, notModified, preconditionFailed, preconditionRequired } from "./answer.ts";
export { type ConditionalOptions, type ContentTagging, conditional } from "./conditional.ts";
export { explain, type Problem } from "./problem.ts";
