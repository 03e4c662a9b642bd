export type { ContentTagging } from "@entity-tag/node/framework";
export { type ConditionalOptions, conditional } from "./conditional.ts";
