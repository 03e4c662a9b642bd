export type Preference = "representation" | "minimal" | undefined;

/** What the client prefers an answer to contain; `undefined` when it does not say. @see RFC 7240 §4.2 */
export function preferredReturn(request: Request): Preference {
  const field = request.headers.get("Prefer");
  if (field === null) return undefined;
  for (const preference of field.split(",")) {
    // The first preference counts. Parameters follow a semicolon and are ignored. RFC 7240 §2
    const [name, value] = preference.split(";", 1)[0]!.split("=", 2);
    if (name!.trim().toLowerCase() !== "return") continue;
    const wanted = value?.trim().toLowerCase();
    return wanted === "representation" || wanted === "minimal" ? wanted : undefined;
  }
  return undefined;
}
