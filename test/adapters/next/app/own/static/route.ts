import { route } from "@entity-tag/next";
import { written } from "../written.ts";

export const dynamic = "force-static";

export const { PUT } = route(
  {
    PUT: () => {
      written.count++;
      return new Response(null, { status: 204 });
    },
  },
  { current: () => ({ etag: '"v1"' }) },
);
