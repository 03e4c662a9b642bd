export { type BunServer, conditional } from "./conditional.ts";
export { type RouteRequest, routes } from "./routes.ts";
export { type BunFile, contentTag, fileState } from "./validator.ts";
