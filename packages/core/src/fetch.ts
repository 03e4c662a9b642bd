export {
  type CheckOptions,
  checkPreconditions,
  type HeadersLike,
  notModified,
  preconditionFailed,
  preconditionRequired,
} from "./check-preconditions.ts";
export { type ConditionalOptions, conditional } from "./conditional.ts";
export { conditionalResponse, type LateOptions } from "./conditional-response.ts";
export type { Awaitable, Bytes, ContentTagging, Tagging } from "./tagging.ts";
