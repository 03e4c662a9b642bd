import { rowsRoute } from "../../../rows.ts";

export const runtime = "edge";
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = rowsRoute();
