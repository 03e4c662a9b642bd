// Shared by the packages for frameworks that keep an answer as an object and send it after the handler.
export { type FrameworkAnswer, releaseContent } from "./framework/answer.ts";
export { type FrameworkRequest, frameworkRequest, judgeEarly, judgeLate } from "./framework/judge.ts";
export {
  type ContentTagging,
  checkFrameworkOptions,
  type FrameworkOptions,
  givenState,
} from "./framework/options.ts";
