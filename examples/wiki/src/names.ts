/** How many characters the name of a page may have. */
const MAX_NAME = 200;

/** The address of the page. It escapes each character that has a meaning in addresses, so `100%` and `#` are names. */
export function pageUrl(name: string, view = ""): string {
  return `/wiki/${encodeURIComponent(name)}${view && `/${view}`}`;
}

/** The name in a segment of a path. A segment whose escapes are not valid, such as `100%`, is itself the name. */
export function decodeName(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Why this text cannot be the name of a page; `undefined` if it can. */
export function nameProblem(name: string): string | undefined {
  if (name.trim() === "") return "Give the page a name.";
  if (name.length > MAX_NAME) return `Choose a name of at most ${MAX_NAME} characters.`;
  // Every URL parser removes these two segments, escaped or not, so no address could name the page.
  if (name === "." || name === "..")
    return `"${name}" has a meaning of its own in addresses. Choose another name.`;
  if (name.includes("\0") || !name.isWellFormed())
    return "The name contains a character that cannot be stored.";
  return undefined;
}
