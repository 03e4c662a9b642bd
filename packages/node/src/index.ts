export { type CheckOptions, checkPreconditions } from "./check-preconditions.ts";
export { type ConditionalOptions, conditional } from "./conditional.ts";
export { contentTag, fileTag } from "./content-tag.ts";
export { fileState } from "./file-state.ts";
export type { ContentTagging } from "./judgement/tagging.ts";
export type { NodeRequest, NodeResponse } from "./message.ts";
