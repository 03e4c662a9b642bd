/** Long inputs that took quadratic time in other readers of this field (CVE-2017-16119 and its successors). */
export const hostile: readonly (readonly [name: string, make: (length: number) => string])[] = [
  ["spaces", filled(" ")],
  ["tabs", filled("\t")],
  ["quotes", filled('"')],
  ["commas", filled(",")],
  ["W/", filled("W/")],
  ["stars", filled("*")],
  ["backslashes", filled("\\")],
  ["letters", filled("a")],
  ["commas and spaces", filled(", ")],
  ["spaces before a tag", (length) => `${" ".repeat(length - 4)}"v1"`],
  ["spaces between two tags", (length) => `"v1"${" ".repeat(length - 8)}"v1"`],
  ["spaces behind a tag", (length) => `"v1"${" ".repeat(length - 5)}x`],
  ["commas before a tag", (length) => `${",".repeat(length - 4)}"v1"`],
  ["the tag, unclosed", filled('"v1')],
  ["the tag, unopened", filled('v1"')],
  ["the tag without commas", filled('"v1"')],
  ["the tag, again and again", filled('"v1",')],
  ["the weak tag, again and again", filled('W/"v1", ')],
  ["another tag, again and again", filled('"v2", ')],
  ["the empty tag, again and again", filled('"",')],
  ["near misses", filled('"v1x", "xv1", ')],
  ["the tag inside quotes that do not end", (length) => `"${"v1,".repeat(length / 3)}`],
  ["the tag behind one long tag", (length) => `"${"v".repeat(length - 8)}", "v1"`],
  ["a bad member at the end", (length) => `${'"v1", '.repeat(length / 6)}x`],
  ["a repeated date", filled("Sun, 06 Nov 1994 08:49:37 GMT, ")],
  ["a weekday without end", (length) => `Sun${",".repeat(length)}`],
  ["digits", filled("0")],
];

function filled(piece: string): (length: number) => string {
  return (length) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}
