import { route } from "@entity-tag/next";
import { draftMode } from "next/headers";

/** Shows the draft from now on. The tag is that of the draft, or of the page. */
export const { GET } = route({
  GET: async (request: Request) => {
    const draft = await draftMode();
    if (new URL(request.url).searchParams.has("enable")) draft.enable();
    const kind = draft.isEnabled ? "draft" : "page";
    return new Response(`the ${kind}`, { headers: { ETag: `"${kind}"` } });
  },
});
