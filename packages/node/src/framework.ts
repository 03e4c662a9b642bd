// What the packages of frameworks share, when their answers are not sent by Node's own methods alone.
export { type FrameworkAnswer, releaseContent } from "./framework/answer.ts";
export { type FrameworkRequest, frameworkRequest, judgeEarly, judgeLate } from "./framework/judge.ts";
export {
  type ContentTagging,
  checkFrameworkOptions,
  type FrameworkOptions,
  givenState,
} from "./framework/options.ts";
