export { GET, PUT } from "../../../../compressed.ts";

export const runtime = "nodejs";
