export { conditional, type ServeInfo } from "./conditional.ts";
export { type FileInfo, fileState } from "./file-state.ts";
