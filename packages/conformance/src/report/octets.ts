const longest = 120;

/**
 * The octets as lines for a person: those of the head, and the content as one line. Tabs and other invisible octets are
 * shown, long lines are cut.
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

/** A server's own words in a sentence: control characters, which may command a terminal, are shown and not sent to it. */
export function visible(text: string): string {
  return text.replace(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/g, escaped);
}

function shorten(line: string): string {
  return line.length <= longest ? line : `${line.slice(0, longest)}… (${line.length} characters)`;
}
