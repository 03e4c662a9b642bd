/** Whether two spellings of a tag, weak or strong, name one version. */
export function sameVersion(a: string | undefined, b: string | undefined): boolean {
  return a?.replace(/^W\//, "") === b?.replace(/^W\//, "");
}
