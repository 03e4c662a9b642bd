/** How many characters the name of a page may have. */
export const MAX_NAME = 200;

/** Where the page is. Every character of the name is escaped that could end it: `100%` and `#` are names. */
export function pageUrl(name: string, view = ""): string {
  return `/wiki/${encodeURIComponent(name)}${view && `/${view}`}`;
}

/** The name in a segment of a path. A text that is no valid escape, such as `100%`, stands for itself. */
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
