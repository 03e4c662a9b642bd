import { route } from "@entity-tag/next";
import { cookies } from "next/headers";

const text = new TextEncoder().encode("The same words, again and again. ".repeat(200));

/** A body that goes on after its handler has returned. */
const late = () =>
  new ReadableStream({
    async start(controller) {
      for (let part = 0; part < 3; part++) {
        controller.enqueue(text);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      controller.close();
    },
  });

export const { GET } = route({
  GET: async (request: Request) => {
    (await cookies()).set("visit", "1");
    const headers = new Headers({ "Content-Type": "text/plain" });
    if (new URL(request.url).searchParams.has("tag")) headers.set("ETag", '"v1"');
    return new Response(late(), { headers });
  },
});
