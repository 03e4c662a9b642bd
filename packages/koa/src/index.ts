export { type ConditionalOptions, conditional } from "./conditional.ts";
