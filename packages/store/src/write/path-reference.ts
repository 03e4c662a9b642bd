/**
 * A path as a reference to the same host. A path that begins with two slashes would name another host: `//a/b` is the
 * path `/b` of the host `a`. After `/.`, which a client removes, it does not.
 *
 * @see RFC 3986 §4.2
 */
export function pathReference(path: string): string {
  return path.startsWith("//") ? `/.${path}` : path;
}
