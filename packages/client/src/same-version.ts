/** True when two tags, each weak or strong, name the same version. */
export function sameVersion(a: string | undefined, b: string | undefined): boolean {
  return a?.replace(/^W\//, "") === b?.replace(/^W\//, "");
}
