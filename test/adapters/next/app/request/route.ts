import { route } from "@entity-tag/next";
import type { NextRequest } from "next/server";

/** The request as the handler sees it. */
export const { GET } = route({
  GET: ({ nextUrl, headers }: NextRequest) =>
    Response.json({ path: nextUrl.pathname, condition: headers.get("If-None-Match") }),
});
