export { checkPreconditions } from "./answered.ts";
export { type ConditionalOptions, conditional } from "./conditional.ts";
export { contentTag, fileTag } from "./make-tag.ts";
export type { NodeRequest, NodeResponse } from "./message.ts";
export type { ContentTagging } from "./tagging.ts";
