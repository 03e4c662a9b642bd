import { route } from "@entity-tag/next";
import { cookies } from "next/headers";

const state = { etag: '"v1"' } as const;

/** The state is looked up for the user of a session, and the look-up renews the session. */
export const { GET, PUT } = route(
  { GET: () => new Response("a page"), PUT: () => new Response(null, { status: 204 }) },
  {
    current: async () => {
      (await cookies()).set("session", "renewed");
      return state;
    },
    require: true,
  },
);
