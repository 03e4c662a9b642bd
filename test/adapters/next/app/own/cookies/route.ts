import { route } from "@entity-tag/next";
import { cookies } from "next/headers";

/** Next adds a cookie that a handler sets in this way to the answer after the handler has returned. */
export const { GET } = route({
  GET: async () => {
    (await cookies()).set("visit", "1");
    return new Response("a page", { headers: { ETag: '"v1"' } });
  },
});
