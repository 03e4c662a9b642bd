export { GET } from "../../seen.ts";

export const runtime = "edge";
