import { BUILD } from "../assets.ts";
import { type Layout, layout } from "../views/layout.ts";

/**
 * The policy of what a document may load and do. Scripts come only from files of this wiki, so a script that got past
 * the sanitizer would still not run. The policy has no nonce: a nonce belongs to one body, and a 304 would give the old
 * body a new one.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

/** A document as a response. `headers` are added to its own. */
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
      "Content-Security-Policy": POLICY,
      // An address contains the name of a page. Other sites must not learn it.
      "Referrer-Policy": "same-origin",
      ...headers,
    },
  });
}

export function redirect(location: string, headers?: Headers): Response {
  const response = new Response(null, { status: 303, headers: { Location: location } });
  for (const [name, value] of headers ?? []) response.headers.set(name, value);
  return response;
}
