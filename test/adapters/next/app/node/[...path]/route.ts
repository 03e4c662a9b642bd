import { rowsRoute } from "../../../rows.ts";

export const runtime = "nodejs";
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = rowsRoute();
