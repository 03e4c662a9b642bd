type Preference = "representation" | "minimal" | undefined;

/** The content that the client prefers in an answer; `undefined` when it does not say. @see RFC 7240 §4.2 */
export function preferredReturn(request: Request): Preference {
  const field = request.headers.get("Prefer");
  if (field === null) return undefined;
  for (const preference of splitOutsideQuotes(field, ",")) {
    // The first preference counts. Parameters follow a semicolon and are ignored. RFC 7240 §2
    const [wanted = ""] = splitOutsideQuotes(preference, ";");
    const [name = "", value = ""] = wanted.split("=", 2);
    if (name.trim().toLowerCase() !== "return") continue;
    const word = unquoted(value.trim()).toLowerCase();
    return word === "representation" || word === "minimal" ? word : undefined;
  }
  return undefined;
}

/** The parts of a field. A separator in a quoted string separates nothing. */
function splitOutsideQuotes(field: string, separator: string): string[] {
  const parts: string[] = [];
  let [start, isQuoted] = [0, false];
  for (let i = 0; i < field.length; i++) {
    if (isQuoted && field[i] === "\\") i++;
    else if (field[i] === '"') isQuoted = !isQuoted;
    else if (field[i] === separator && !isQuoted) {
      parts.push(field.slice(start, i));
      start = i + 1;
    }
  }
  return [...parts, field.slice(start)];
}

/** A value may be a token or a quoted string. RFC 7240 §2 */
function unquoted(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
}
