/** The url as a server sees it. An empty fragment, as in `/page#`, counts, too, but `URL.hash` does not show it. */
export function withoutFragment(url: string): string {
  return url.replace(/#.*$/s, "");
}
