/**
 * Whether `Cache-Control` has a directive, which is the same in any case (RFC 9111 §5.2).
 *
 * One that stands within another's quotes counts, too: it is then obeyed needlessly, which does no harm.
 */
export function hasDirective(headers: Headers, name: "no-store" | "only-if-cached"): boolean {
  const field = headers.get("Cache-Control")?.toLowerCase();
  return field?.split(/[,="]/).some((part) => part.trim() === name) === true;
}
