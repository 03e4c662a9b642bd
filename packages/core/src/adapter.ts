export { acceptCodings, withCodings } from "./accepted-codings.ts";
export { keepsFor, type PlainResponse, responseFor } from "./check-preconditions.ts";
export {
  type Compressor,
  tagOfCoding,
  tagWithoutCoding,
  withAcceptEncoding,
  withCompressor,
} from "./compressor.ts";
export { admitsCoding, CODINGS } from "./content-codings.ts";
export { inForms } from "./forms.ts";
export { headersOf, type PlainHeaders } from "./headers-of.ts";
export { asksByDate, isRangeRefused, isUnsafeForSimpleChecks } from "./hidden-conditions.ts";
export { checkedOptions } from "./options.ts";
export { explain, type Problem } from "./problem.ts";
export { type ContentTagging, madeTag, mayBeTagged } from "./tagging.ts";
