let hides: boolean | undefined;

/** Whether the platform adds cookies that nobody can see. Only a browser refuses to let a page set them. */
export function hidesCookies(): boolean {
  hides ??= !new Request("http://localhost/", { headers: { Cookie: "a=b" } }).headers.has("Cookie");
  return hides;
}

/** Whether CORS stands between this page and the target. */
export function isAcrossOrigins(url: string): boolean {
  return hidesCookies() && globalThis.location !== undefined && new URL(url).origin !== location.origin;
}
