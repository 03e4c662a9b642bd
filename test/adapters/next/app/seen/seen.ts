import { route } from "@entity-tag/next";
import type { NextRequest } from "next/server";
import { seeing } from "../../../apps/seen-requests.ts";

type Context = { params: Promise<{ way: "alone" | "early" | "late" }> };

const handlers = seeing(
  (request, _: Context) => {
    const { nextUrl, cookies } = request as NextRequest;
    return { path: nextUrl.pathname.replace(/\/\w+$/, ""), cookie: cookies.get("a")?.value };
  },
  (handler, options) => route({ GET: handler }, options as never).GET as never,
);

export const GET = async (request: Request, context: Context) =>
  handlers[(await context.params).way](request, context);
