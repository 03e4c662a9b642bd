/** Copies of responses that tables hold. Such a response is no answer to one range, so a slice of a file is the whole. */
export const wholes = new WeakSet<Response>();

/** A copy of a response that a table holds, for one request. `type`: that of its content. */
export function copyOf(response: Response, { method }: Request, type: string): Response {
  const copy = response.clone();
  wholes.add(copy);
  // Bun sends a slice of a file as a 206 unless somebody has read the fields.
  const hasType = copy.headers.has("Content-Type");
  // Bun finds the type of a string when it sends it, but not for HEAD.
  if (method === "HEAD" && type !== "" && !hasType) copy.headers.set("Content-Type", type);
  return copy;
}
