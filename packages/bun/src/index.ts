export { type BunServer, conditional } from "./conditional.ts";
export type { RouteRequest } from "./route-types.ts";
export { routes } from "./routes.ts";
export { type BunFile, contentTag, fileState } from "./validator.ts";
