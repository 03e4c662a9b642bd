export { strongMatch, weakMatch } from "./compare.ts";
export { codedTag } from "./content-codings.ts";
export {
  type EntityTag,
  isWeak,
  opaque,
  parseTag,
  type StrongTag,
  strong,
  type WeakTag,
  weak,
  weaken,
} from "./entity-tag.ts";
export {
  type ConditionalRequest,
  type Decision,
  evaluate,
  isRead,
  isTransfer,
  type Policy,
} from "./evaluate.ts";
export { formatDate, parseDate } from "./http-date.ts";
export { keepsInNotModified, keepsInRefusal } from "./kept-fields.ts";
export { contentTag, fileTag, timeTag, versionTag } from "./make-tag.ts";
export {
  type ConditionResult,
  type Field,
  ifMatch,
  ifModifiedSince,
  ifNoneMatch,
  ifRange,
  ifUnmodifiedSince,
} from "./preconditions.ts";
export type { Current, State } from "./state.ts";
export { listIncludes, parseTagList } from "./tag-list.ts";
export { validatorFields } from "./validator-fields.ts";
