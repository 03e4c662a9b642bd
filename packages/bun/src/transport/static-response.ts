/** A copy of a response that a table holds, for one request. `type`: that of its content. */
export function copyOf(response: Response, { method }: Request, type: string): Response {
  const copy = response.clone();
  // Bun finds the type of a string when it sends it, but not for HEAD.
  if (method === "HEAD" && type !== "" && !copy.headers.has("Content-Type"))
    copy.headers.set("Content-Type", type);
  return copy;
}
