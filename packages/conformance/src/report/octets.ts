const longest = 120;

/**
 * Prints octets as lines: the lines of the head, and the content as one line. Tabs and other invisible octets are
 * escaped, and long lines are cut.
 */
export function readable(octets: string): string[] {
  const end = octets.indexOf("\r\n\r\n");
  const head = end < 0 ? octets : octets.slice(0, end);
  const content = end < 0 ? "" : octets.slice(end + 4);
  const lines = [...head.split("\r\n"), ...(content === "" ? [] : ["", content])];
  return lines.map((line) => shorten(line.replace(/[\x00-\x1f\x7f-\xff]/g, escaped)));
}

const names: Record<string, string> = { "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function escaped(octet: string): string {
  if (names[octet] !== undefined) return names[octet];
  return `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`;
}

/** Escapes control characters in a server's text, because a terminal would execute them. */
export function visible(text: string): string {
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, escaped);
}

function shorten(line: string): string {
  return line.length <= longest ? line : `${line.slice(0, longest)}… (${line.length} characters)`;
}
