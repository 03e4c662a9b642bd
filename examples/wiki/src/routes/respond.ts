import { BUILD } from "../assets.ts";
import { type Layout, layout } from "../views/layout.ts";

/** A document as a response. `headers` come on top of its type. */
export async function show(
  view: Omit<Layout, "build">,
  status = 200,
  headers: Record<string, string> = {},
): Promise<Response> {
  const text = String(await layout({ ...view, build: BUILD }));
  const body = new TextEncoder().encode(text);
  return new Response(body, {
    status,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Length": String(body.byteLength),
      "Cache-Control": "no-cache",
      ...headers,
    },
  });
}

export function redirect(location: string, headers?: Headers): Response {
  const response = new Response(null, { status: 303, headers: { Location: location } });
  for (const [name, value] of headers ?? []) response.headers.set(name, value);
  return response;
}
