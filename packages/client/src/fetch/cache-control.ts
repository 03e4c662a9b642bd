/** The members of a field that is a list. */
export function membersOf(field: string): string[] {
  return field.split(",").map((member) => member.trim());
}

/**
 * True when `Cache-Control` has a directive, in any case (RFC 9111 §5.2).
 *
 * A directive inside quotes counts, too: obeying one directive too many does no harm.
 */
export function hasDirective(headers: Headers, name: "no-store" | "only-if-cached"): boolean {
  const field = headers.get("Cache-Control")?.toLowerCase();
  // Most fields do not contain the name at all.
  if (!field?.includes(name)) return false;
  return field.split(/[,="]/).some((part) => part.trim() === name);
}
