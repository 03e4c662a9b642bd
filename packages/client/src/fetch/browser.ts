let hides: boolean | undefined;

/** True in a browser, which adds cookies that the page cannot see. Only a browser refuses the field `Cookie`. */
export function hidesCookies(): boolean {
  hides ??= !new Request("http://localhost/", { headers: { Cookie: "a=b" } }).headers.has("Cookie");
  return hides;
}

/** True when CORS applies between this page and the target. The origin of a sandboxed page is not that of its url. */
export function isAcrossOrigins(url: string): boolean {
  return hidesCookies() && new URL(url).origin !== globalThis.origin;
}
