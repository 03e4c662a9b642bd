export type { Fetch } from "./fetch.ts";
