let hides: boolean | undefined;

/** True when the platform adds cookies that the page cannot see. Only a browser does not let a page set them. */
export function hidesCookies(): boolean {
  hides ??= !new Request("http://localhost/", { headers: { Cookie: "a=b" } }).headers.has("Cookie");
  return hides;
}

/** True when CORS applies between this page and the target. */
export function isAcrossOrigins(url: string): boolean {
  return hidesCookies() && globalThis.location !== undefined && new URL(url).origin !== location.origin;
}
