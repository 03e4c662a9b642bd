/**
 * The value of `Vary`, with `Accept-Encoding` added.
 *
 * @example
 * withAcceptEncoding("Origin"); // "Origin, Accept-Encoding"
 * @see RFC 9110 §12.5.5
 */
export function withAcceptEncoding(vary: string | null | undefined): string {
  const names = (vary ?? "").toLowerCase().split(",");
  if (names.some((name) => name.trim() === "accept-encoding" || name.trim() === "*")) return vary!;
  return vary ? `${vary}, Accept-Encoding` : "Accept-Encoding";
}
