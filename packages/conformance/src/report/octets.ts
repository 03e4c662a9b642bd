const longest = 200;

/** The lines of octets for a person: tabs and other invisible octets are shown, long lines are cut. */
export function readable(octets: string): string[] {
  return octets
    .replace(/(\r?\n)+$/, "")
    .split(/\r?\n/)
    .map((line) => shorten(line.replace(/[\x00-\x1f\x7f-\xff]/g, escaped)));
}

function escaped(octet: string): string {
  if (octet === "\t") return "\\t";
  return `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

function shorten(line: string): string {
  return line.length <= longest ? line : `${line.slice(0, longest)}… (${line.length} characters)`;
}
