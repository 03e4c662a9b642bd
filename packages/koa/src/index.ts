export { type ConditionalOptions, type ContentTagging, conditional } from "./conditional.ts";
